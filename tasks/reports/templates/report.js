{
  const data = unpacked(JSON.parse(document.getElementById("data").textContent));
  const { said } = data;
  /* Whether what a line wants stands there now; otherwise it is still a wish. */
  const isDone = (row, { text }) => ["applied", "unplanned", "unchanged"].includes(text("outcome", row));

  const change = (column, row, tools) => {
    const { element, marked, text } = tools;
    const before = text(`${column}_before`, row);
    const after = text(`${column}_after`, row);
    const asInFile = column === "name" && !before && !after ? text("entry_name", row) : "";
    const cell = element("td", { class: `c-${column}`, title: after || before });
    if (before && !after && isDone(row, tools)) cell.append(element("del", {}, ...marked(before)));
    else if (before && after && before !== after) cell.append(...marked(after));
    else cell.append(element("span", { class: "two" }, ...marked(after || before || asInFile)));
    if (before && after && before !== after) {
      cell.append(element("span", { class: "was" }, isDone(row, tools) ? said.js_was : said.js_from, ...marked(before)));
    }
    return cell;
  };

  /* What has happened to it before, as far as the last runs know. */
  const past = (row, { element, text }) => (data.past[row] || []).length && element("ol", { class: "past" }, ...data.past[row].map(
    ([at, action, outcome, before, after, said, run]) => element("li", {},
      element("span", { class: "was", title: run }, at), " ",
      element("b", {}, data.words.action[action][0], outcome && outcome !== "applied" && !(action === "hold" && outcome === "held") ? `: ${data.words.outcome[outcome][0].toLowerCase()}` : ""), " ",
      before && after && before !== after ? `${before} → ${after}` : before || after,
      ...(said ? [element("span", { class: "was" }, said)] : []))));

  const command = (row, { element, text }) => {
    const name = data.pools.owner.length > 1 ? text("owner", row) : text("name_after", row) || text("name_before", row);
    const words = `${data.command} history '${(name || text("owner", row)).replaceAll("'", "'\\''")}'`;
    const copy = element("button", { type: "button", class: "quiet", "data-copy": words, "aria-label": `${said.copy_command} ${words}` }, said.copy);
    return element("span", { class: "command" }, element("code", {}, words), ...(navigator.clipboard ? [copy] : []));
  };

  const details = (row, tools) => {
    const { text, lineOf } = tools;
    const badges = ["action", "outcome"].map((column) => [column, text(column, row)]).filter(([, value]) => value);
    const facts = [[said.owner, [text("owner", row), text("owner_name", row)].filter(Boolean).join(" · ")]];
    for (const [label, name] of [[said.name, "name"], [said.number, "number"]]) {
      const before = text(`${name}_before`, row);
      const after = text(`${name}_after`, row);
      if (before === after) facts.push([label, after]);
      else facts.push([`${label} ${said.js_before}`, before || "–"], [`${label} ${isDone(row, tools) ? said.js_after : said.js_wanted}`, after || "–"]);
    }
    if (!text("name_before", row) && !text("name_after", row)) facts.push([said.js_in_file, text("entry_name", row)]);
    facts.push([said.message, text("message", row)], [said.js_http, text("http_status", row)]);
    if (text("attempts", row) !== "0") facts.push([said.js_attempts, text("attempts", row)]);
    facts.push([said.js_id, text("id", row)], [said.js_accepted, text("accepted", row)]);
    facts.push([said.js_time, text("at", row).replace("T", " ")]);
    facts.push([said.js_history, past(row, tools)], [said.js_known, command(row, tools)]);
    const [column, value] = badges.at(-1);
    return { title: lineOf[row] ? `${said.line} ${lineOf[row]}` : said.js_no_line, badges, meaning: data.words[column][value][1], facts };
  };

  const noOutcome = data.pools.outcome.every((value) => value === "");
  document.getElementById("lines").classList.toggle("no-outcome", noOutcome);
  listing({
    language: data.language,
    texts: data.texts,
    words: data.words,
    groups: data.groups,
    filters: { action: ["action", said.js_all, [["changes", said.js_changes]]], outcome: ["outcome", said.js_all, [["attention", said.tile_attention]]] },
    initial: {},
    paper: 5000,
    address: { key: "line", of: (row) => data.line[row], find: (line) => (/^\d+$/.test(line) ? data.line.indexOf(Number(line)) : -1) },
    search: {
      words: ["name_after", "name_before", "number_after", "number_before", "message", "owner", "owner_name", "entry_name"],
      digits: ["number_after", "number_before"],
    },
    sorts: {
      owner: ["owner"], action: ["action"], outcome: ["outcome"], name: ["name_after", "name_before"],
      number: ["number_after", "number_before"], message: ["message"],
    },
    cells: (row, tools) => {
      const { element, marked, tag, text } = tools;
      const [owner, called, message] = ["owner", "owner_name", "message"].map((column) => text(column, row));
      const below = called ? [element("span", { class: "was" }, ...marked(called))] : [];
      return [
        element("td", { class: "c-owner", title: called || owner }, ...marked(owner), ...below),
        tag("action", row), tag("outcome", row), change("name", row, tools), change("number", row, tools),
        element("td", { class: "c-message", title: message }, element("span", { class: "two" }, ...marked(message))),
      ];
    },
    details,
  }, data);
}
