// Leads from change to change: buttons, keys, and an address for each. The views need no script.
(() => {
  const steps = document.querySelector(".pp-steps");
  const text = document.querySelector(".pp-redline");
  const places = text ? [...text.querySelectorAll(".pp-place")] : [];
  if (!steps || !places.length) return;
  const told = steps.querySelector(".pp-here");
  const keyboard = steps.querySelector("input");
  let here = -1;

  const mark = (number) => {
    text.querySelector(".pp-current")?.classList.remove("pp-current");
    here = number;
    const place = places[here];
    const block = place.parentElement.closest("p, li, h1, h2, h3, h4, h5, h6, tr, pre, div");
    block.classList.add("pp-current");
    const parts = [here + 1, places.length, place.dataset.section];
    told.textContent = steps.dataset.told.replace(/%([123])/g, (_, n) => parts[n - 1]);
    return block;
  };
  const go = (step) => {
    const first = here < 0 && step < 0 ? 0 : here;
    const block = mark((first + step + places.length) % places.length);
    // The address can be shared; the way back stays that to the page before.
    history.replaceState(null, "", `#${places[here].id}`);
    block.scrollIntoView({ block: "center" });
  };
  const arrive = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const number = places.findIndex((place) => place.id === name);
    if (number >= 0) mark(number).scrollIntoView({ block: "center" });
  };

  steps.hidden = false;
  steps.addEventListener("click", ({ target }) => {
    if (target.dataset.step) go(Number(target.dataset.step));
  });
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
    if (!step || typing || !keyboard.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(step);
  });
  addEventListener("hashchange", arrive);
  arrive();
})();
