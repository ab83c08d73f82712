"use strict";
/* What a page holds: the texts of a pool are one, with a line break between them, which none of them has; whole numbers, one a
   row, are how many bytes each has, and these in Base64, or nothing where all are 0. */
const unpacked = (data) => {
  const integers = (packed) => {
    if (!packed) return new Uint8Array(data.total);
    const raw = atob(packed.slice(1));
    const bytes = new Uint8Array(raw.length);
    for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at);
    return packed[0] === "1" ? bytes : new (packed[0] === "2" ? Uint16Array : Uint32Array)(bytes.buffer);
  };
  data.line = integers(data.line);
  for (const pool of Object.keys(data.pools)) data.pools[pool] = data.pools[pool].split("\n");
  for (const column of Object.values(data.columns)) column.at = integers(column.at);
  return data;
};

/* A long table of which only what is in sight is drawn: filters, search, sort, keyboard, details, address, paper.

   `page` says what is special about it:
     words      { column: { value: [label, meaning] } }, in the order in which they sort
     filters    { id of a select: [the column, the text for all, [[group, label], …]] }
     groups     { group: the values it stands for }
     search     { words: columns, digits: columns }
     sorts      { name of a heading: columns of one pool, the first that is not empty counts }
     initial    what the filters say at first
     texts      the sentences, `plural` their numbers
     address    { key, of: row → what names it in the address, find: that → row }
     paper      how many rows are printed at most
     cells      (row, tools) → the cells of a row after the first, which holds its button
     details    (row, tools) → { title, badges, meaning, facts }
   The rows from `data.folded` on, where nothing is to be done, are shown when somebody asks for them or looks for them.
*/
const listing = (page, data) => {
  const $ = (id) => document.getElementById(id);
  const { texts, language } = page;
  const lineOf = data.line;
  const { total } = data;
  const columns = {};
  for (const [name, { pool, at }] of Object.entries(data.columns)) columns[name] = { values: data.pools[pool], at };
  const text = (column, row) => columns[column].values[columns[column].at[row]];
  const format = (number) => number.toLocaleString(language);
  const plurals = new Intl.PluralRules(language);
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const counted = (key, number, values = {}) =>
    fill(texts[key][plurals.select(number)] ?? texts[key].other, { n: format(number), ...values });
  const wordOf = (column, value) => (page.words[column][value] ?? [texts.unset])[0];

  // Somebody who types "zolta" or "225520" means "Żółta" and "(22) 55-20…".
  const folded = (value) => value.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replaceAll("ł", "l");
  const digits = (value) => value.replace(/\D/g, "");

  const filters = Object.entries(page.filters);
  const cleared = () => ({ search: "", owner: "", sort: "", descending: false, ...Object.fromEntries(filters.map(([id]) => [id, ""])) });
  const state = { ...cleared(), ...page.initial };
  let view = new Uint32Array(0);   // the rows that are shown, in their order
  let active = 0;                  // the position in `view` that the keyboard is at
  let opened = -1;                 // the row whose details are open
  const needed = data.folded ?? total;
  let isFolded = needed > 0 && needed < total;

  /* ---- what is shown, and in which order ---- */

  const columnOf = (id) => columns[page.filters[id][0]];

  function passing(id) {
    if (!state[id]) return null;
    const allowed = page.groups[state[id]] ?? [state[id]];
    const { values, at } = columnOf(id);
    const passes = values.map((value) => allowed.includes(value));
    return (row) => passes[at[row]];
  }

  function ownerFilter() {
    const wanted = folded(state.owner.trim());
    if (!wanted) return null;
    const owners = columns.owner.values.map(folded);
    const exact = owners.includes(wanted);
    const passes = owners.map((owner) => (exact ? owner === wanted : owner.includes(wanted)));
    const { at } = columns.owner;
    return (row) => passes[at[row]];
  }

  /* The values of a pool as one long text: looking through it once is quicker than looking into each, and many rows
     share a value. The texts are made one by one, while nobody waits; a search that comes earlier makes the rest at once. */
  const searched = { words: new Map(), digits: new Map() };
  let lines = null;
  const making = makeTexts();

  function* makeTexts() {
    lines = joined(Array.from(lineOf, (line) => (line ? String(line) : "")), (value) => value);
    yield;
    for (const [kind, change] of [["words", folded], ["digits", (value) => value.replace(/[^\d\u0000]/g, "")]]) {
      for (const column of page.search[kind]) {
        const { pool } = data.columns[column];
        if (!searched[kind].has(pool)) searched[kind].set(pool, joined(data.pools[pool], change));
        yield;
      }
    }
  }

  /* Changed as a whole, which is quick; where a value holds the separator itself, one by one. */
  function joined(values, change) {
    const starts = new Uint32Array(values.length + 1);
    let whole = change(values.join("\u0000"));
    const startsOf = () => {
      let count = 0;
      for (let at = whole.indexOf("\u0000"); at >= 0; at = whole.indexOf("\u0000", at + 1)) starts[++count] = at + 1;
      starts[values.length] = whole.length + 1;
      return count;
    };
    if (startsOf() !== Math.max(values.length - 1, 0)) {
      whole = values.map((value) => change(value.replaceAll("\u0000", " "))).join("\u0000");
      startsOf();
    }
    return { whole, starts };
  }

  /* Mark the values that hold the needle, and say whether there are any. */
  function hitsIn({ whole, starts }, needle, hits) {
    let value = -1;
    for (let at = whole.indexOf(needle); at >= 0; at = whole.indexOf(needle, starts[value + 1])) {
      // Up to the last value that starts no later, in strides that grow: hits stand together, or far apart.
      value += 1;
      for (let stride = 1; starts[value + 1] <= at; stride = starts[value + 2 * stride] <= at ? 2 * stride : 1) value += stride;
      hits[value] = 1;
    }
    return value >= 0;
  }

  function searchFilter() {
    const wanted = folded(state.search.trim()).replaceAll("\u0000", "");
    if (!wanted) return null;
    // A number may be typed in any spelling; its digits have to stand together in the stored one.
    const number = /^[+\d\s()./-]+$/.test(wanted) && digits(wanted).length > 2 ? digits(wanted) : "";
    while (!making.next().done);
    const found = {};
    for (const [kind, needle] of [["words", wanted], ["digits", number]]) {
      for (const [pool, text] of needle ? searched[kind] : []) {
        const hits = found[pool] ?? new Uint8Array(data.pools[pool].length);
        if (hitsIn(text, needle, hits)) found[pool] = hits;
      }
    }
    const rows = new Uint8Array(total);
    hitsIn(lines, wanted, rows);
    for (const column of new Set([...page.search.words, ...page.search.digits])) {
      const hits = found[data.columns[column].pool];
      const { at } = columns[column];
      if (hits) for (let row = 0; row < total; row += 1) rows[row] |= hits[at[row]];
    }
    return (row) => rows[row] === 1;
  }

  /* The rank of each row under a heading, and the highest of them; 0 where there is nothing to sort by. */
  function ranksOf(sort) {
    const ranks = new Uint32Array(total);
    if (sort === "line") {
      ranks.set(lineOf);
      return ranks;
    }
    const [column] = page.sorts[sort];
    const { values, at } = columns[column];
    const words = page.words[column];
    if (words) {
      const order = Object.keys(words);
      const places = values.map((value) => order.indexOf(value) + 1);
      for (let row = 0; row < total; row += 1) ranks[row] = places[at[row]];
      return ranks;
    }
    const empty = values[0] === "" ? 0 : -1;
    for (const name of [...page.sorts[sort]].reverse()) {
      const source = columns[name].at;
      for (let row = 0; row < total; row += 1) if (source[row] !== empty) ranks[row] = source[row] + 1;
    }
    return ranks;
  }

  const orders = {};
  function order() {
    if (!state.sort) return null;
    const key = `${state.sort} ${state.descending}`;
    if (orders[key]) return orders[key];
    const ranks = ranksOf(state.sort);
    let most = 0;
    for (let row = 0; row < total; row += 1) if (ranks[row] > most) most = ranks[row];
    // Rows are dealt into their ranks one after the other, which needs no comparing; what is empty comes last, always.
    const starts = new Uint32Array(most + 3);
    const place = (rank) => (rank === 0 ? most + 1 : state.descending ? most - rank : rank);
    for (let row = 0; row < total; row += 1) starts[place(ranks[row]) + 1] += 1;
    for (let at = 1; at < starts.length; at += 1) starts[at] += starts[at - 1];
    const sorted = new Uint32Array(total);
    for (let row = 0; row < total; row += 1) sorted[starts[place(ranks[row])]++] = row;
    return (orders[key] = sorted);
  }

  function refresh({ keep = false } = {}) {
    const wanted = [...filters.map(([id]) => passing(id)), ownerFilter(), searchFilter()].filter(Boolean);
    showFold(wanted.length > 0);
    if (isFolded && !wanted.length) wanted.push((row) => row < needed);
    const ordered = order();
    const found = new Uint32Array(total);
    let count = 0;
    next: for (let index = 0; index < total; index += 1) {
      const row = ordered ? ordered[index] : index;
      for (const passes of wanted) if (!passes(row)) continue next;
      found[count++] = row;
    }
    view = found.subarray(0, count);
    active = 0;
    if (!keep) scroller.scrollTop = 0;
    announce();
    showState();
    clearRows();
    draw();
  }

  function showFold(isFiltered) {
    const button = $("fold");
    if (!button) return;
    button.hidden = isFiltered || needed === 0 || needed === total;
    button.setAttribute("aria-expanded", String(!isFolded));
    button.textContent = isFolded ? counted("unfold", total - needed) : texts.fold;
  }

  function announce() {
    if (view.length === total) $("shown").textContent = counted("all", total);
    else $("shown").textContent = view.length ? counted("some", total, { m: format(view.length) }) : texts.no_match;
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
    for (const id of ["search", "owner", ...filters.map(([one]) => one)]) if ($(id).value !== state[id]) $(id).value = state[id];
  }

  /* ---- the rows: only those in sight are in the page ---- */

  const scroller = $("scroller");
  const noOwner = columns.owner.values.length < 2;
  $("lines").classList.toggle("no-owner", noOwner);
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
    // No wider than the headings in sight: columns that nobody sees would share the width.
    row.firstChild.colSpan = [...$("table").tHead.rows[0].cells].filter((head) => getComputedStyle(head).display !== "none").length;
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
    const end = until ?? Math.min(view.length, Math.ceil(start + sight / rowHeight) + 8);
    // Before any row goes: moving the focus lays the page out, and a table half drawn would lose its place.
    const leaves = active < first || active >= end;
    if (leaves && drawn.get(active)?.contains(document.activeElement)) scroller.focus({ preventScroll: true });
    for (const [position, row] of drawn) {
      if (position < first || position >= end) {
        row.remove();
        drawn.delete(position);
      }
    }
    let before = gaps[0];
    for (let position = first; position < end; position += 1) {
      let row = drawn.get(position);
      if (!row) {
        row = makeRow(position);
        drawn.set(position, row);
        before.after(row);
      }
      before = row;
    }
    const above = from === null ? Math.max(0, top - (start - first) * rowHeight) : 0;
    const below = until === null ? Math.max(0, height - above - (end - first) * rowHeight) : 0;
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

  const dot = () => element("span", { class: "dot", "aria-hidden": "true" });

  function tag(column, row) {
    const value = text(column, row);
    const label = wordOf(column, value);
    if (!value) return element("td", { class: `c-${column}` }, label);
    return element("td", { class: `c-${column}` }, element("span", { class: `tag is-${value}` }, dot(), label));
  }

  const tools = { element, marked, tag, text, dot, wordOf, lineOf, fill };

  function makeRow(position) {
    const row = view[position];
    const line = lineOf[row];
    const button = element("button", { type: "button", tabindex: position === active ? "0" : "-1",
      "aria-label": line ? fill(texts.open_line, { line }) : texts.open_other }, line ? String(line) : "–");
    const made = element("tr", { "aria-rowindex": String(position + 2), class: position === active ? "active" : "" },
      element("td", { class: "c-line" }, button), ...page.cells(row, tools));
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
    const { title, badges, meaning, facts } = page.details(opened, tools);
    $("details-title").textContent = title;
    $("details-words").replaceChildren(...badges.map(([column, value]) =>
      element("span", { class: `badge is-${value}` }, dot(), wordOf(column, value))));
    $("details-meaning").textContent = meaning;
    $("details-facts").replaceChildren(...facts.filter(([, fact]) => fact)
      .flatMap(([label, fact]) => [element("dt", {}, label), element("dd", {}, fact)]));
    $("previous").disabled = position === 0;
    $("next").disabled = position === view.length - 1;
    if (!details.open) details.showModal();
    remember();
  }

  function goTo(name) {
    const row = page.address.find(name);
    if (row < 0) {
      $("shown").textContent = fill(texts.no_line, { line: name });
      return;
    }
    if (!view.includes(row)) {
      Object.assign(state, { ...cleared(), sort: state.sort, descending: state.descending });
      isFolded = false;
      refresh();
    }
    const position = view.indexOf(row);
    activate(position, { focus: true, found: true });
    open(position);
  }

  /* ---- the address holds what is shown, so that it can be sent to somebody ---- */

  const kept = ["search", ...filters.map(([id]) => id), "owner"];

  function remember() {
    const parts = new URLSearchParams();
    if (opened >= 0 && page.address.of(opened)) parts.set(page.address.key, page.address.of(opened));
    for (const key of kept) if (state[key] !== (page.initial[key] ?? "")) parts.set(key, state[key]);
    const hash = parts.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  function follow() {
    const parts = new URLSearchParams(location.hash.slice(1));
    for (const key of ["search", "owner"]) if (parts.has(key)) state[key] = parts.get(key);
    for (const [key] of filters) {
      if ([...$(key).options].some((option) => option.value === parts.get(key))) state[key] = parts.get(key);
    }
    refresh();
    const wanted = parts.get(page.address.key);
    if (/^[0-9a-f]{1,12}$/.test(wanted ?? "")) goTo(wanted);
  }

  /* ---- controls ---- */

  function fillSelect(id) {
    const [, all, groups] = page.filters[id];
    const { values, at } = columnOf(id);
    const counts = new Uint32Array(values.length);
    for (const one of at) counts[one] += 1;
    const count = (wanted) => wanted.reduce((sum, value) => sum + (counts[values.indexOf(value)] || 0), 0);
    const words = page.words[page.filters[id][0]];
    const options = [["", all], ...groups.map(([group, label]) => [group, `${label} (${format(count(page.groups[group]))})`])];
    const single = words ? Object.entries(words).map(([value, [label]]) => [value, label]) : values.filter(Boolean).map((value) => [value, value]);
    for (const [value, label] of single) if (count([value])) options.push([value, `${label} (${format(count([value]))})`]);
    $(id).replaceChildren(...options.map(([value, label]) => element("option", { value }, label)));
  }

  function later(action, wait) {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(action, wait);
    };
  }

  function setFilter(key, value) {
    state[key] = value;
    refresh();
    remember();
  }

  for (const [id] of filters) {
    fillSelect(id);
    $(`${id}-field`).hidden = columnOf(id).values.length < 2;
    $(id).addEventListener("change", () => setFilter(id, $(id).value));
  }
  $("owners").append(...columns.owner.values.slice(0, 300).map((value) => element("option", { value })));
  $("owner-field").hidden = noOwner;
  for (const id of ["filters", "scroller", "keys", "sideways"]) $(id).hidden = false;

  for (const id of ["search", "owner"]) $(id).addEventListener("input", later(() => setFilter(id, $(id).value), 20));
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", (event) => {
    event.preventDefault();
    if ($("line")) $("line").value = "";
    Object.assign(state, cleared());
    refresh();
    remember();
  });
  $("fold")?.addEventListener("click", () => {
    isFolded = !isFolded;
    refresh({ keep: !isFolded });
  });
  $("line")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    // The details take the focus, and this very key would press their first button.
    event.preventDefault();
    const line = digits($("line").value);
    if (Number(line)) goTo(String(Number(line)));
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.copy) {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = texts.copied;
    } else if (button?.dataset.column !== undefined) {
      const { column, value } = button.dataset;
      const chosen = column && state[column] === value ? "" : value;
      Object.assign(state, { ...cleared(), sort: state.sort, descending: state.descending });
      if (column) state[column] = chosen;
      else isFolded = false;   // the tile that counts all the rows
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
    const screenful = Math.max(1, Math.floor(geometry().sight / rowHeight) - 1);
    const target = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + screenful, PageUp: active - screenful,
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
  addEventListener("beforeprint", () => {
    draw(0, Math.min(view.length, page.paper));
    if (view.length > page.paper) $("shown").textContent = counted("paper", view.length, { m: format(page.paper) });
  });
  addEventListener("afterprint", () => {
    announce();
    draw();
  });
  addEventListener("hashchange", () => { if (!details.open) follow(); });

  follow();
  // The first search should not be the one that waits: prepare while nobody does.
  const prepare = () => {
    if (!making.next().done) setTimeout(prepare);
  };
  setTimeout(prepare, 100);
  return { rows: () => view, text, lineOf };
};
