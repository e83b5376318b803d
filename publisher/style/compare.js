// Shows one version against another. The address names the two, so it can be shared, and going
// from pair to pair is going from page to page.
const form = document.querySelector(".pp-compare");
const told = document.querySelector(".pp-compared");
const result = document.querySelector(".pp-result");
const links = [...document.querySelectorAll(".pp-chain a")];
const { from, to } = form.elements;
const numbers = [...to.options].map((option) => option.value).reverse();
const asked = new URLSearchParams(location.search);

const near = (place) => place === 0 || place >= numbers.length - form.dataset.near;

function show(html, old, now, exact) {
  if (exact) {
    result.innerHTML = html;
  } else {
    result.append(document.querySelector(".pp-plain").content.cloneNode(true));
    result.querySelector(".pp-redline").innerHTML = html;
    const heads = result.querySelectorAll(".pp-columns p");
    heads[0].textContent = `Before: version ${old}`;
    heads[1].textContent = `After: version ${now}`;
  }
  const changes = result.querySelectorAll(".pp-place").length;
  const count = changes ? `${changes} change${changes > 1 ? "s" : ""}` : "no changes";
  told.textContent = `From version ${old} to version ${now}: ${count}.`;
  const here = result.querySelector(".pp-here");
  if (here) here.textContent = count;
  // The steps need the text, and the text is here only now.
  const steps = document.createElement("script");
  steps.src = new URL("steps.js", import.meta.url);
  document.body.append(steps);
  if (location.hash) location.replace(location.hash);
}

function compare(first, second) {
  const [old, now] = [numbers[first], numbers[second]];
  from.value = old;
  to.value = now;
  if (first === second) {
    told.textContent = "Both are the same version. Choose two that differ.";
    return;
  }
  links.forEach((link, place) => {
    link.parentElement.hidden = place < Math.min(first, second) || place >= Math.max(first, second);
  });
  document.title = `From version ${old} to version ${now} · ${document.title}`;
  const exact = near(first) && near(second);
  if (!exact && second === first + 1) {
    location.replace(links[first].href);
    return;
  }
  told.textContent = "Comparing …";
  const worker = new Worker(new URL("compare-worker.js", import.meta.url));
  const end = (html) => {
    worker.terminate();
    if (html !== null) return show(html, old, now, exact);
    told.textContent = "The comparison could not be fetched. The pages below need no script.";
  };
  worker.onmessage = ({ data }) => end(data);
  worker.onerror = () => end(null);
  worker.postMessage({ base: new URL(".", location.href).href, from: old, to: now, exact });
}

form.hidden = false;
form.querySelector(".pp-swap").addEventListener("click", () => {
  [from.value, to.value] = [to.value, from.value];
  form.requestSubmit();
});
if (asked.has("from") || asked.has("to")) {
  const pair = [from, to].map(({ name, value }) => asked.get(name) ?? value);
  const unknown = pair.filter((number) => !numbers.includes(number));
  if (unknown.length) told.textContent = `There is no version ${unknown.map((number) => `“${number}”`).join(" and no version ")}. Choose two of these.`;
  else compare(...pair.map((number) => numbers.indexOf(number)));
} else {
  told.textContent = "Choose two versions.";
}
