"use strict";
// The page loads itself anew each minute, unless somebody who reads it wants it to stay; its address remembers that.
const STAYS = "#stay";
const renew = document.getElementById("renew");
renew.checked = location.hash !== STAYS;
renew.addEventListener("change", () => {
  history.replaceState(null, "", renew.checked ? location.pathname + location.search : STAYS);
});
document.getElementById("renewing").hidden = false;

// Only runs write this page. Where none comes, time goes on all the same: here, a good run is too long ago by itself.
const UNITS = [["day", 1440, 2880], ["hour", 60, 120], ["minute", 1, 1]];
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
function goOn() {
  for (const time of document.querySelectorAll("time")) {
    const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
    const unit = UNITS.find(([, , least]) => minutes >= least);
    if (unit) time.textContent = relative.format(-Math.floor(minutes / unit[1]), unit[0]);
  }
  let changed = false;
  for (const row of document.querySelectorAll("tr[data-good-until]")) {
    if (Date.now() <= Date.parse(row.dataset.goodUntil) || !row.querySelector(".stale").hidden) continue;
    row.querySelector(".stale").hidden = false;
    row.className = "bad";
    changed = true;
  }
  if (!changed) return;
  const stale = [...document.querySelectorAll("tr[data-sync]")].filter((row) => !row.querySelector(".stale").hidden);
  const title = document.querySelector("h1");
  title.className = "bad";
  title.textContent = title.dataset.stale.replace("%s", () => stale.map((row) => row.dataset.sync).join(", "));
  document.title = `phonesync: ${title.textContent}`;
}
goOn();
setInterval(() => {
  if (renew.checked) location.reload();
  else goOn();
}, 60000);
