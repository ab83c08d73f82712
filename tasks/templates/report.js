"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const lineOf = data.columns.line;
  const total = lineOf.length;
  const text = (column, row) => data.columns[column].values[data.columns[column].at[row]];
  const format = (number) => number.toLocaleString("en-US");
  const lines = (number) => `${format(number)} ${number === 1 ? "line" : "lines"}`;
  const wordOf = (column, value) => (data.words[column][value] || ["Not applied yet", "Nothing was written: this is a plan."])[0];

  // Somebody who types "zolta" or "225520" means "Żółta" and "(22) 55-20…".
  const folded = (value) => value.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replaceAll("ł", "l");
  const digits = (value) => value.replace(/\D/g, "");

  const state = { search: "", action: "", outcome: "", owner: "", sort: "", descending: false };
  let view = new Uint32Array(0);   // the rows that are shown, in their order
  let active = 0;                  // the position in `view` that the keyboard is at
  let opened = -1;                 // the row whose details are open

  /* ---- what is shown, and in which order ---- */

  let haystacks = null;
  function haystack(row) {
    haystacks ??= new Array(total);
    return (haystacks[row] ??= folded([
      text("name_after", row), text("name_before", row), text("number_after", row), text("number_before", row),
      digits(text("number_after", row)), digits(text("number_before", row)),
      text("message", row), text("owner", row), lineOf[row] || "",
    ].join("\n")));
  }

  function wordFilter(column) {
    const wanted = state[column];
    if (!wanted) return null;
    const allowed = data.groups[wanted] || [wanted];
    const passes = data.columns[column].values.map((value) => allowed.includes(value));
    const at = data.columns[column].at;
    return (row) => passes[at[row]];
  }

  function ownerFilter() {
    const wanted = folded(state.owner.trim());
    if (!wanted) return null;
    const owners = data.columns.owner.values.map(folded);
    const exact = owners.includes(wanted);
    const passes = owners.map((owner) => (exact ? owner === wanted : owner.includes(wanted)));
    const at = data.columns.owner.at;
    return (row) => passes[at[row]];
  }

  function searchFilter() {
    const wanted = folded(state.search.trim());
    if (!wanted) return null;
    // A number may be typed in any spelling; its digits have to stand together in the stored one.
    const number = /^[+\d\s()./-]+$/.test(wanted) && digits(wanted).length > 2 ? digits(wanted) : "";
    return (row) => haystack(row).includes(wanted) || (number !== "" && haystack(row).includes(number));
  }

  const sortTexts = {
    owner: (row) => text("owner", row),
    action: (row) => wordOf("action", text("action", row)),
    outcome: (row) => wordOf("outcome", text("outcome", row)),
    name: (row) => text("name_after", row) || text("name_before", row),
    number: (row) => text("number_after", row) || text("number_before", row),
    message: (row) => text("message", row),
  };
  const ranks = {};
  /* The rank of each row in a column: what is empty comes last, in either direction. */
  function ranksOf(column) {
    if (ranks[column]) return ranks[column];
    if (column === "line") return (ranks.line = lineOf.map((line) => line || Infinity));
    const collator = new Intl.Collator("pl", { numeric: true });
    const values = Array.from({ length: total }, (_, row) => sortTexts[column](row));
    const ordered = [...new Set(values)].sort(collator.compare);
    const rank = new Map(ordered.map((value, index) => [value, value === "" ? Infinity : index + 1]));
    return (ranks[column] = values.map((value) => rank.get(value)));
  }

  const orders = {};
  function order() {
    if (!state.sort) return null;
    const key = `${state.sort} ${state.descending}`;
    if (!orders[key]) {
      const rank = ranksOf(state.sort);
      const sign = state.descending ? -1 : 1;
      const place = (row) => (rank[row] === Infinity ? Infinity : sign * rank[row]);
      const places = Float64Array.from({ length: total }, (_, row) => place(row));
      orders[key] = Uint32Array.from({ length: total }, (_, row) => row)
        .sort((a, b) => (places[a] === places[b] ? a - b : places[a] < places[b] ? -1 : 1));
    }
    return orders[key];
  }

  function refresh({ keep = false } = {}) {
    const filters = [wordFilter("action"), wordFilter("outcome"), ownerFilter(), searchFilter()].filter(Boolean);
    const ordered = order();
    const found = new Uint32Array(total);
    let count = 0;
    for (let index = 0; index < total; index += 1) {
      const row = ordered ? ordered[index] : index;
      if (filters.every((filter) => filter(row))) found[count++] = row;
    }
    view = found.subarray(0, count);
    active = 0;
    if (!keep) scroller.scrollTop = 0;
    announce();
    showState();
    clearRows();
    draw();
  }

  function announce() {
    $("shown").textContent = view.length === total
      ? `Showing all ${lines(total)}.`
      : view.length ? `Showing ${format(view.length)} of ${lines(total)}.` : "No line matches. Clear the filters to see all of them.";
  }

  function showState() {
    for (const button of document.querySelectorAll("button[data-column]")) {
      const { column, value } = button.dataset;
      button.setAttribute("aria-pressed", String(Boolean(column) && state[column] === value));
    }
    for (const head of document.querySelectorAll("th[data-sort]")) {
      if (head.dataset.sort === state.sort) head.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    for (const id of ["search", "action", "outcome", "owner"]) if ($(id).value !== state[id]) $(id).value = state[id];
  }

  /* ---- the rows: only those in sight are in the page ---- */

  const scroller = $("scroller");
  const noOwner = data.columns.owner.values.length < 2;
  const noOutcome = data.columns.outcome.values.every((value) => value === "");
  const body = $("rows");
  const rowHeight = 3 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  const tallest = 12e6;            // browsers stop drawing elements somewhere above this many pixels
  const drawn = new Map();         // position → its row in the page
  const gaps = [gap(), gap()];
  body.append(...gaps);

  function gap() {
    const row = document.createElement("tr");
    row.className = "gap";
    row.setAttribute("aria-hidden", "true");
    row.append(document.createElement("td"));
    row.firstChild.colSpan = 7 - noOwner - noOutcome;
    return row;
  }

  function clearRows() {
    for (const row of drawn.values()) row.remove();
    drawn.clear();
  }

  /* Where the view starts, in rows; above `tallest` pixels the scroll bar stands for more than it can show. */
  function geometry() {
    const height = Math.min(view.length * rowHeight, tallest);
    const sight = Math.max(scroller.clientHeight - $("table").tHead.offsetHeight, rowHeight);
    const scale = height <= sight ? 0 : (view.length - sight / rowHeight) / (height - sight);
    return { height, sight, scale };
  }

  function draw(from = null, until = null) {
    const { height, sight, scale } = geometry();
    const top = Math.max(0, Math.min(scroller.scrollTop, height - sight));
    const start = top * scale;
    const first = from ?? Math.max(0, Math.floor(start) - 8);
    const last = until ?? Math.min(view.length, Math.ceil(start + sight / rowHeight) + 8);
    // Before any row goes: moving the focus lays the page out, and a table half drawn would lose its place.
    const leaves = active < first || active >= last;
    if (leaves && drawn.get(active)?.contains(document.activeElement)) scroller.focus({ preventScroll: true });
    for (const [position, row] of drawn) {
      if (position < first || position >= last) {
        row.remove();
        drawn.delete(position);
      }
    }
    let before = gaps[0];
    for (let position = first; position < last; position += 1) {
      let row = drawn.get(position);
      if (!row) {
        row = makeRow(position);
        drawn.set(position, row);
        before.after(row);
      }
      before = row;
    }
    const above = from === null ? Math.max(0, top - (start - first) * rowHeight) : 0;
    const below = until === null ? Math.max(0, height - above - (last - first) * rowHeight) : 0;
    gaps[0].firstChild.style.height = `${above}px`;
    gaps[1].firstChild.style.height = `${below}px`;
    gaps[0].hidden = !above;
    gaps[1].hidden = !below;
    $("table").setAttribute("aria-rowcount", String(view.length + 1));
    // A list shorter than the window needs no box to scroll in.
    $("lines").classList.toggle("short", view.length < 11);
  }

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /* The text with what was searched for marked; only where folding left each character in its place. */
  function marked(value) {
    const wanted = folded(state.search.trim());
    const hay = wanted && folded(value);
    const at = wanted ? hay.indexOf(wanted) : -1;
    if (at < 0 || hay.length !== value.length) return [value];
    return [value.slice(0, at), element("mark", {}, value.slice(at, at + wanted.length)), value.slice(at + wanted.length)];
  }

  /* Whether what a line wants stands there now; otherwise it is still a wish. */
  const isDone = (row) => ["applied", "unplanned", "unchanged"].includes(text("outcome", row));

  function change(column, row) {
    const before = text(`${column}_before`, row);
    const after = text(`${column}_after`, row);
    const cell = element("td", { class: `c-${column}`, title: after || before });
    if (before && !after && isDone(row)) cell.append(element("del", {}, ...marked(before)));
    else if (before && after && before !== after) cell.append(...marked(after));
    else cell.append(element("span", { class: "two" }, ...marked(after || before)));
    if (before && after && before !== after) cell.append(element("span", { class: "was" }, isDone(row) ? "was: " : "from: ", ...marked(before)));
    return cell;
  }

  function tag(column, row) {
    const value = text(column, row);
    const label = wordOf(column, value);
    if (!value) return element("td", { class: `c-${column}` }, label);
    const dot = element("span", { class: "dot", "aria-hidden": "true" });
    return element("td", { class: `c-${column}` }, element("span", { class: `tag is-${value}` }, dot, label));
  }

  function makeRow(position) {
    const row = view[position];
    const line = lineOf[row];
    const button = element("button", { type: "button", tabindex: position === active ? "0" : "-1",
      "aria-label": line ? `Line ${line}, details` : "An entry that stands in no line, details" }, line ? String(line) : "–");
    const made = element("tr", { "aria-rowindex": String(position + 2), class: position === active ? "active" : "" },
      element("td", { class: "c-line" }, button),
      element("td", { class: "c-owner", title: text("owner", row) }, ...marked(text("owner", row))),
      tag("action", row), tag("outcome", row), change("name", row), change("number", row),
      element("td", { class: "c-message", title: text("message", row) }, element("span", { class: "two" }, ...marked(text("message", row)))));
    made.dataset.position = String(position);
    return made;
  }

  function activate(position, { focus = false, found = false } = {}) {
    if (!view.length) return;
    position = Math.max(0, Math.min(view.length - 1, position));
    const old = drawn.get(active);
    old?.classList.remove("active");
    old?.querySelector("button").setAttribute("tabindex", "-1");
    active = position;
    reveal(position, found);
    draw();
    const row = drawn.get(position);
    if (!row) return;
    row.classList.add("active");
    row.querySelector("button").setAttribute("tabindex", "0");
    if (focus) row.querySelector("button").focus({ preventScroll: true });
    if (found) {
      row.classList.add("found");
      scroller.scrollIntoView({ block: "nearest" });
    }
  }

  function reveal(position, centred) {
    const { sight, scale } = geometry();
    if (!scale) return;
    const start = scroller.scrollTop * scale;
    const room = sight / rowHeight;
    let wanted = start;
    if (centred) wanted = position - room / 2 + 0.5;
    else if (position < start) wanted = position;
    else if (position + 1 > start + room) wanted = position + 1 - room;
    if (wanted !== start) scroller.scrollTop = wanted / scale;
  }

  /* ---- one line with all its details ---- */

  const details = $("details");

  function open(position) {
    activate(position, { focus: !details.open });
    opened = view[position];
    fill(position);
    if (!details.open) details.showModal();
    remember();
  }

  function fill(position) {
    const row = view[position];
    const line = lineOf[row];
    $("details-title").textContent = line ? `Line ${line}` : "Stands in no line";
    const words = ["action", "outcome"].map((column) => [column, text(column, row)]).filter(([, value]) => value);
    $("details-words").replaceChildren(...words.map(([column, value]) => element("span", { class: `badge is-${value}` },
      element("span", { class: "dot", "aria-hidden": "true" }), wordOf(column, value))));
    const [column, value] = words.at(-1);
    $("details-meaning").textContent = data.words[column][value][1];
    const facts = [["Owner", text("owner", row)]];
    for (const [label, name] of [["Name", "name"], ["Number", "number"]]) {
      const before = text(`${name}_before`, row);
      const after = text(`${name}_after`, row);
      if (before === after) facts.push([label, after]);
      else facts.push([`${label} before`, before || "–"], [`${label} ${isDone(row) ? "after" : "wanted"}`, after || "–"]);
    }
    facts.push(["Message", text("message", row)], ["HTTP status", text("http_status", row)]);
    if (text("attempts", row) !== "0") facts.push(["Attempts", text("attempts", row)]);
    facts.push(["Time", text("at", row).replace("T", " ")]);
    $("details-facts").replaceChildren(...facts.filter(([, fact]) => fact)
      .flatMap(([label, fact]) => [element("dt", {}, label), element("dd", {}, fact)]));
    $("previous").disabled = position === 0;
    $("next").disabled = position === view.length - 1;
  }

  function goTo(line) {
    let row = lineOf.indexOf(line);
    if (row < 0) {
      $("shown").textContent = `Line ${line} is not in this report: it may be the header or an empty line.`;
      return;
    }
    if (!view.includes(row)) {
      Object.assign(state, { search: "", action: "", outcome: "", owner: "" });
      refresh();
    }
    const position = view.indexOf(row);
    activate(position, { focus: true, found: true });
    open(position);
  }

  /* ---- the address holds what is shown, so that it can be sent to somebody ---- */

  function remember() {
    const parts = new URLSearchParams();
    if (opened >= 0 && lineOf[opened]) parts.set("line", lineOf[opened]);
    for (const key of ["search", "action", "outcome", "owner"]) if (state[key]) parts.set(key, state[key]);
    const hash = parts.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  function follow() {
    const parts = new URLSearchParams(location.hash.slice(1));
    for (const key of ["search", "owner"]) if (parts.has(key)) state[key] = parts.get(key);
    for (const key of ["action", "outcome"]) {
      if ([...$(key).options].some((option) => option.value === parts.get(key))) state[key] = parts.get(key);
    }
    refresh();
    if (/^\d+$/.test(parts.get("line") || "")) goTo(Number(parts.get("line")));
  }

  /* ---- controls ---- */

  function fillSelect(column, all, group) {
    const counts = {};
    for (const at of data.columns[column].at) counts[data.columns[column].values[at]] = (counts[data.columns[column].values[at]] || 0) + 1;
    const grouped = data.groups[group[0]].reduce((sum, value) => sum + (counts[value] || 0), 0);
    const options = [["", all], [group[0], `${group[1]} (${format(grouped)})`]];
    for (const [value, [label]] of Object.entries(data.words[column])) if (counts[value]) options.push([value, `${label} (${format(counts[value])})`]);
    $(column).replaceChildren(...options.map(([value, label]) => element("option", { value }, label)));
  }

  function later(action, wait) {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(action, wait);
    };
  }

  function change_filter(key, value) {
    state[key] = value;
    refresh();
    remember();
  }

  fillSelect("action", "All", ["changes", "Changes"]);
  fillSelect("outcome", "All", ["attention", "Need attention"]);
  $("owners").append(...data.columns.owner.values.slice(0, 300).map((value) => element("option", { value })));
  $("lines").classList.toggle("no-owner", noOwner);
  $("lines").classList.toggle("no-outcome", noOutcome);
  $("owner-field").hidden = noOwner;
  $("outcome-field").hidden = noOutcome;
  for (const id of ["filters", "scroller", "keys"]) $(id).hidden = false;

  $("search").addEventListener("input", later(() => change_filter("search", $("search").value), 150));
  $("owner").addEventListener("input", later(() => change_filter("owner", $("owner").value), 150));
  for (const id of ["action", "outcome"]) $(id).addEventListener("change", () => change_filter(id, $(id).value));
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", (event) => {
    event.preventDefault();
    $("line").value = "";
    Object.assign(state, { search: "", action: "", outcome: "", owner: "", sort: "", descending: false });
    refresh();
    remember();
  });
  $("line").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    // The details take the focus, and this very key would press their first button.
    event.preventDefault();
    const line = Number(digits($("line").value));
    if (line) goTo(line);
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.copy) {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } else if (button?.dataset.column !== undefined) {
      const { column, value } = button.dataset;
      const chosen = column && state[column] === value ? "" : value;
      Object.assign(state, { search: "", action: "", outcome: "", owner: "" });
      if (column) state[column] = chosen;
      refresh();
      remember();
      // Whoever asks for five lines wants to see them, not a count far above them.
      if ($("filters").getBoundingClientRect().bottom > 0.6 * innerHeight) $("lines").scrollIntoView();
    }
  });
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;

  $("table").tHead.addEventListener("click", (event) => {
    const head = event.target.closest("th");
    if (!head) return;
    const column = head.dataset.sort;
    // Up, down, and back to the order of the file.
    if (state.sort !== column) Object.assign(state, { sort: column, descending: false });
    else if (!state.descending) state.descending = true;
    else Object.assign(state, { sort: "", descending: false });
    refresh();
  });

  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-position]");
    if (row && !String(getSelection())) open(Number(row.dataset.position));
  });

  scroller.addEventListener("keydown", (event) => {
    if (event.target.closest("thead") || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(geometry().sight / rowHeight) - 1);
    const target = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page,
      Home: 0, End: view.length - 1 }[event.key];
    if (event.key === "Enter" && event.target === scroller && view.length) {
      event.preventDefault();
      open(active);
    }
    if (target === undefined) return;
    event.preventDefault();
    // The first key shows where the keyboard is; the next ones move it.
    const arrives = event.target === scroller && event.key === "ArrowDown" && !drawn.get(active)?.contains(document.activeElement);
    activate(arrives ? active : target, { focus: true });
  });

  let waiting = false;
  scroller.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }, { passive: true });
  addEventListener("resize", () => draw());

  $("close").addEventListener("click", () => details.close());
  $("previous").addEventListener("click", () => open(active - 1));
  $("next").addEventListener("click", () => open(active + 1));
  details.addEventListener("click", (event) => { if (event.target === details) details.close(); });
  details.addEventListener("keydown", (event) => {
    if (event.key === "ArrowUp" && active > 0) open(active - 1);
    if (event.key === "ArrowDown" && active < view.length - 1) open(active + 1);
    if (event.key === "ArrowUp" || event.key === "ArrowDown") event.preventDefault();
  });
  details.addEventListener("close", () => {
    opened = -1;
    remember();
    activate(active, { focus: true });
  });

  // Paper does not scroll: for printing, every line of the view is drawn, up to what a person could still read.
  const most = 5000;
  addEventListener("beforeprint", () => {
    draw(0, Math.min(view.length, most));
    if (view.length > most) $("shown").textContent = `The first ${format(most)} of ${lines(view.length)}; filter to print others.`;
  });
  addEventListener("afterprint", () => {
    announce();
    draw();
  });
  addEventListener("hashchange", () => { if (!details.open) follow(); });

  follow();
  // The first search should not be the one that waits: prepare while nobody does.
  let prepared = 0;
  const prepare = (deadline) => {
    while (prepared < total && deadline.timeRemaining() > 1) haystack(prepared++);
    if (prepared < total) requestIdleCallback(prepare);
  };
  if (window.requestIdleCallback) requestIdleCallback(prepare);
})();
