"use strict";
// The page loads itself anew each minute, unless somebody who reads it wants it to stay; its address remembers that.
const STAYS = "#stay";
const renew = document.getElementById("renew");
renew.checked = location.hash !== STAYS;
renew.addEventListener("change", () => {
  history.replaceState(null, "", renew.checked ? location.pathname + location.search : STAYS);
});
document.getElementById("renewing").hidden = false;
setInterval(() => {
  if (renew.checked) location.reload();
}, 60000);
