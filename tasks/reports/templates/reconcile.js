{
  const data = unpacked(JSON.parse(document.getElementById("data").textContent));
  const t = data.phrases;
  const idOf = (row) => data.ids.slice(12 * row, 12 * row + 12);

  const at = (name) => {
    let found = data.ids.indexOf(name);
    while (found >= 0 && found % 12) found = data.ids.indexOf(name, found + 1);
    return found < 0 ? -1 : found / 12;
  };

  /* What the file says; below it what the system says, where that is something else. */
  const both = (column, row, { element, marked, text }) => {
    const file = text(`${column}_csv`, row);
    const there = text(`${column}_there`, row);
    const cell = element("td", { class: `c-${column}`, title: file || there });
    // A number that is merely spelled differently is the same; its details show both spellings.
    const [mine, theirs] = [file, there].map((value) => value.replace(/\D/g, "").slice(-9));
    const same = file === there || (column === "number" && mine.length === 9 && mine === theirs);
    if (file && there && !same) {
      cell.append(...marked(file), element("span", { class: "was" }, t.in_system, ...marked(there)));
    } else {
      cell.append(element("span", { class: "two" }, ...marked(file || there)));
    }
    return cell;
  };

  const kind = (row, tools) => {
    const cell = tools.tag("kind", row);
    const state = tools.text("state", row);
    if (state !== "agree") cell.append(tools.element("span", { class: "was" }, tools.wordOf("state", state)));
    return cell;
  };

  const long = (column, value, { element, marked }) =>
    element("td", { class: `c-${column}`, title: value }, element("span", { class: "two" }, ...marked(value)));

  const matter = (row, { text }) => [text("what", row), text("where", row)].filter(Boolean).join(" · ");

  const command = (row, { element }) => {
    const words = `${data.command} ${t.accept_it.replace("{id}", idOf(row))}`;
    const copy = element("button", { type: "button", class: "quiet", "data-copy": words, "aria-label": `${t.copy_it}: ${words}` }, t.copy_it);
    return element("span", { class: "command" }, element("code", {}, words), ...(navigator.clipboard ? [copy] : []));
  };

  const details = (row, tools) => {
    const { text, lineOf } = tools;
    const state = text("state", row);
    const facts = [[t.sync, text("sync", row)], [t.owner, [text("owner", row), text("owner_name", row)].filter(Boolean).join(" · ")]];
    for (const column of ["number", "name", "type"]) {
      const [file, there] = [text(`${column}_csv`, row), text(`${column}_there`, row)];
      if (file === there) facts.push([t[column], file]);
      else facts.push([`${t[column]} ${t.in_file}`, file || "–"], [`${t[column]} ${t.there}`, there || "–"]);
    }
    for (const column of ["what", "where", "fix", "since", "accepted"]) facts.push([t[column], text(column, row)]);
    facts.push([t.id, tools.element("code", {}, idOf(row))]);
    if (state === "new" || state === "open") facts.push([t.to_accept, command(row, tools)]);
    const badges = [["kind", text("kind", row)], ["state", state]].filter(([, value]) => value !== "agree" || state === "agree");
    return {
      title: lineOf[row] ? `${t.line} ${lineOf[row]}` : t.no_line_title,
      badges: state === "agree" ? badges.slice(0, 1) : badges,
      meaning: data.words.kind[text("kind", row)][1],
      facts,
    };
  };

  const list = listing({
    language: data.language,
    texts: data.texts,
    words: data.words,
    groups: { attention: ["new", "open"] },
    filters: { state: ["state", t.all, [["attention", t.attention]]], kind: ["kind", t.all, []], sync: ["sync", t.all, []] },
    initial: data.initial,
    paper: 1000,
    // A line's number may stand in several files; a finding's name stands once.
    address: { key: "finding", of: idOf, find: (name) => (/^[0-9a-f]{12}$/.test(name) ? at(name) : -1) },
    search: {
      words: ["name_csv", "name_there", "number_csv", "number_there", "owner", "owner_name", "where", "what"],
      digits: ["key", "number_there", "number_csv"],
    },
    sorts: {
      kind: ["kind"], owner: ["owner"], number: ["key"], name: ["name_csv", "name_there"], what: ["what"], fix: ["fix"],
    },
    cells: (row, tools) => {
      const { element, marked, text } = tools;
      const [owner, called, sync] = ["owner", "owner_name", "sync"].map((column) => text(column, row));
      const below = called ? [element("span", { class: "was" }, ...marked(called))] : [];
      return [
        kind(row, tools),
        element("td", { class: "c-owner", title: called || owner }, ...marked(owner), ...below, element("span", { class: "was" }, sync)),
        both("number", row, tools), both("name", row, tools),
        long("what", matter(row, tools), tools), long("fix", text("fix", row), tools),
      ];
    },
    details,
  }, data);

  /* ---- the view as a file: what is seen, all of it, in its order ---- */

  // A spreadsheet would run these; a number such as +48… or -12 is none of it.
  const harmless = (value) => (/^[=@\t\r+-]/.test(value) && !/^[+-][0-9 ()./,;|•-]*$/.test(value) ? `'${value}` : value);

  function asCsv() {
    const quoted = (value) => {
      const text = harmless(value);
      return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const columns = Object.keys(data.headings);
    const valueOf = (column, row) => {
      if (column === "id") return idOf(row);
      if (column === "line") return data.line[row] ? String(data.line[row]) : "";
      const value = list.text(column, row);
      return data.words[column]?.[value]?.[0] ?? value;
    };
    const rows = [columns.map((column) => quoted(data.headings[column])).join(data.delimiter)];
    for (const row of list.rows()) rows.push(columns.map((column) => quoted(valueOf(column, row))).join(data.delimiter));
    return `\ufeff${rows.join("\r\n")}\r\n`;   // the mark tells a spreadsheet that these are Polish letters
  }

  document.getElementById("export").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([asCsv()], { type: "text/csv" }));
    link.download = `${data.run}-reconciliation.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}
