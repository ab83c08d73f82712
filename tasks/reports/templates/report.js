{
  const data = JSON.parse(document.getElementById("data").textContent);
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
      cell.append(element("span", { class: "was" }, isDone(row, tools) ? "was: " : "from: ", ...marked(before)));
    }
    return cell;
  };

  /* What has happened to it before, as far as the last runs know. */
  const past = (row, { element, text }) => (data.past[row] || []).length && element("ol", { class: "past" }, ...data.past[row].map(
    ([at, action, outcome, before, after, said, run]) => element("li", {},
      element("span", { class: "was", title: run }, at), " ",
      element("b", {}, data.words.action[action][0], outcome && outcome !== "applied" ? `: ${data.words.outcome[outcome][0].toLowerCase()}` : ""), " ",
      before === after ? before : `${before || "nothing"} → ${after || "nothing"}`,
      ...(said ? [element("span", { class: "was" }, said)] : []))));

  const command = (row, { element, text }) => {
    const name = data.pools.owner.length > 1 ? text("owner", row) : text("name_after", row) || text("name_before", row);
    const words = `phonesync history '${(name || text("owner", row)).replaceAll("'", "'\\''")}'`;
    const copy = element("button", { type: "button", class: "quiet", "data-copy": words, "aria-label": `Copy the command ${words}` }, "Copy");
    return element("span", { class: "command" }, element("code", {}, words), ...(navigator.clipboard ? [copy] : []));
  };

  const details = (row, tools) => {
    const { text, lineOf } = tools;
    const badges = ["action", "outcome"].map((column) => [column, text(column, row)]).filter(([, value]) => value);
    const facts = [["Owner", [text("owner", row), text("owner_name", row)].filter(Boolean).join(" · ")]];
    for (const [label, name] of [["Name", "name"], ["Number", "number"]]) {
      const before = text(`${name}_before`, row);
      const after = text(`${name}_after`, row);
      if (before === after) facts.push([label, after]);
      else facts.push([`${label} before`, before || "–"], [`${label} ${isDone(row, tools) ? "after" : "wanted"}`, after || "–"]);
    }
    if (!text("name_before", row) && !text("name_after", row)) facts.push(["In the file", text("entry_name", row)]);
    facts.push(["Message", text("message", row)], ["HTTP status", text("http_status", row)]);
    if (text("attempts", row) !== "0") facts.push(["Attempts", text("attempts", row)]);
    facts.push(["Id", text("id", row)], ["Accepted", text("accepted", row)]);
    facts.push(["Time", text("at", row).replace("T", " ")]);
    facts.push(["History", past(row, tools)], ["All that is known", command(row, tools)]);
    const [column, value] = badges.at(-1);
    return { title: lineOf[row] ? `Line ${lineOf[row]}` : "Stands in no line", badges, meaning: data.words[column][value][1], facts };
  };

  const noOutcome = data.pools.outcome.every((value) => value === "");
  document.getElementById("lines").classList.toggle("no-outcome", noOutcome);
  listing({
    language: "en-US",
    texts: data.texts,
    words: data.words,
    groups: data.groups,
    filters: { action: ["action", "All", [["changes", "Changes"]]], outcome: ["outcome", "All", [["attention", "Need attention"]]] },
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
