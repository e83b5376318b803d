// Fetches two versions and puts their comparison together.
onmessage = async ({ data: { base, from, to, exact } }) => {
  const get = async (name, cache) => {
    const answer = await fetch(`${base}${name}.json`, { cache });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  };
  const names = exact ? [from, to, `${from}-${to}`] : [from, to];
  const made = async (cache) => {
    const [old, now, pair] = await Promise.all(names.map((name) => get(name, cache)));
    return exact ? joined(pair, [...passages(old), ...passages(now)]) : plain(passages(old), passages(now));
  };
  try {
    // What the browser kept from an earlier visit may not fit together.
    postMessage((await made("default")) ?? (await made("reload")));
  } catch {
    postMessage(null);
  }
};

const passages = (sections) =>
  sections.flatMap(([title, texts]) => texts.map(([list, html]) => ({ title, list, html })));

// The redline as the publisher made it, from pieces of the two texts; null if it is another one.
function joined({ sum, pieces }, texts) {
  // Places are counted in code points, as the publisher counts them.
  const source = Array.from(texts.map(({ html }) => html).join(""));
  const copy = ([place, length]) => source.slice(place, place + length).join("");
  const html = pieces.map((piece) => (typeof piece === "string" ? piece : copy(piece))).join("");
  return adler32(html) === sum ? html : null;
}

function adler32(text) {
  let a = 1;
  let b = 0;
  for (const byte of new TextEncoder().encode(text)) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

// ── passage by passage ──────────────────────────────────────────────────────────────────────────

// The passages that both texts have, in order: as many as can be.
function common(a, b) {
  const width = b.length + 1;
  const most = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      most[at] = a[i].html === b[j].html ? most[at + width + 1] + 1 : Math.max(most[at + width], most[at + 1]);
    }
  }
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i].html === b[j].html) pairs.push([i++, j++]);
    else if (most[(i + 1) * width + j] >= most[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt()};`);
const nameless = (html) => html.replace(/ id="[^"]*"/g, "");
const heading = ({ html }) => /^<h\d/.test(html);

// Passages with the lists around them.
function listed(texts) {
  let html = "";
  let list = "";
  for (const text of [...texts, { list: "", html: "" }]) {
    if (text.list !== list) {
      if (list) html += `</${list.slice(1, 3)}>\n`;
      html += text.list;
      list = text.list;
    }
    html += text.html;
  }
  return html;
}

function plain(a, b) {
  let html = "";
  let i = 0;
  let j = 0;
  let count = 0;
  let same = [];
  const close = () => {
    const shown = same
      .map((text) => `<div class="pp-was pp-as-now" hidden>\n${nameless(listed([text]))}</div>\n${listed([text])}`)
      .join("");
    const words = `${same.length} unchanged paragraph${same.length > 1 ? "s" : ""}`;
    html += same.length > 3
      ? `<details class="pp-fold"><summary>${words}</summary></details>\n<div class="pp-same">\n${shown}</div>\n`
      : shown;
    same = [];
  };
  for (const [x, y] of [...common(a, b), [a.length, b.length]]) {
    if (i < x || j < y) {
      close();
      count += 1;
      const title = escaped((b[j] ?? b[j - 1] ?? a[i]).title || "the beginning");
      let place = `<span class="pp-place" id="change-${count}" data-section="${title}"></span>`;
      const whole = (name, word, texts) => {
        html += `<div class="pp-${name} pp-whole"><p class="pp-label">${place}${word}:</p>\n${listed(texts)}</div>\n`;
        place = "";
      };
      if (i < x) whole("gone", "Removed", a.slice(i, x).map((text) => ({ ...text, html: nameless(text.html) })));
      if (j < y) whole("come", "Added", b.slice(j, y));
    }
    if (y < b.length) {
      if (heading(b[y])) close();
      same.push(b[y]);
      if (heading(b[y])) close();
    }
    i = x + 1;
    j = y + 1;
  }
  close();
  return html;
}
