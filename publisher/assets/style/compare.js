// Compares any two versions of a policy by the rules of the publisher's own program: on the page it
// shows what it finds, and in a worker it finds it. All words, and the rules of what a word is, come
// with the page (versus.py); how a version is written down comparable.py tells. What became of a
// clause its name tells, which it always had. Each part names the modules whose rules it follows.

const total = (list, number) => list.reduce((all, item) => all + number(item), 0);
const textOf = ([, ...runs]) => runs.map(([text]) => text).join("");
const groups = (list, name) => {
  const found = [];
  for (const item of list) {
    if (found.length && name(item) === name(found.at(-1)[0])) found.at(-1).push(item);
    else found.push([item]);
  }
  return found;
};

let rules;
const say = (name, ...words) => rules[name].replace(/\$(\d)/g, (_, n) => words[n - 1]);
const counted = (name, number) => number && rules[name][new Intl.PluralRules(...rules.numbers).select(number)].replace("$1", number.toLocaleString(...rules.numbers));
const row = (list, sign) => list.filter(Boolean).join(sign);

function read(version) {
  let [section, title] = ["", rules.beginning];
  version.clauses = version.clauses.map(([name, words, shape, around, tag, ...cells]) => {
    const heading = shape[0] === "#";
    const above = title;
    if (heading) [section, title] = [name, escaped(textOf(cells[0]))];
    return { name, words, shape, around, tag, cells, heading, section, title, above };
  });
  return version;
}

// ── words.py, sequences.py ──────────────────────────────────────────────────────────────────────

// How many letters or words two texts begin with, or end with, in common.
function alike(a, b, back) {
  let n = 0;
  while (n < a.length && n < b.length && a.at(back ? ~n : n) === b.at(back ? ~n : n)) n++;
  return n;
}

// The longest common subsequence, as pairs of places.
function common(a, b) {
  if (a.join("\0") > b.join("\0")) return common(b, a).map(([i, j]) => [j, i]);
  const start = alike(a, b);
  const end = alike(a.slice(start), b.slice(start), true);
  let row = b.length - start - end;
  let col = a.length - start - end;
  const width = col + 1;
  const most = new Uint16Array(width * (row + 1));
  for (let j = 0, at = width; j < row; j++, at++) {
    for (let i = 0; i < col; i++) {
      at++;
      most[at] = a[start + i] === b[start + j] ? most[at - width - 1] + 1 : Math.max(most[at - 1], most[at - width]);
    }
  }
  const pairs = [];
  for (let n = 1; n <= end; n++) pairs.push([a.length - n, b.length - n]);
  const rises = () => most[row * width + col] > most[row * width + col - 1];
  while (row && col) {
    if (!rises()) col--;
    else if (!--row || !rises()) pairs.push([start + --col, start + row]);
  }
  for (let n = start; n--; ) pairs.push([n, n]);
  return pairs.reverse();
}

function plain(text) {
  for (const [sign, to] of rules.typography) text = text.replace(RegExp(sign, "g"), to);
  return text.normalize("NFKC").toUpperCase().toLowerCase();
}

const told = (kind, runs) => runs.map((run) => [kind, ...run]);

// The spans that turn one cell into another. A piece is a stretch of both texts, kept or changed;
// `at`: from where to where, in the old one and in the new one.
function compareWords(...cells) {
  const texts = cells.map(textOf);
  const [a, b] = texts;
  // Whole sentences that both begin or end with need no look.
  const start = a.slice(0, alike(a, b)).lastIndexOf(". ") + 1;
  const stop = a.indexOf(". ", a.length - alike(a.slice(start), b.slice(start), true)) + 1;
  const sides = texts.map((text) => {
    const end = text.length - (stop && a.length - stop);
    const words = [...text.slice(start, end).matchAll(rules.word)];
    return [
      { at: [start, start] },
      ...words.map(({ 0: word, index }) => ({ word, at: [start + index, start + index + word.length] })),
      { at: [end, end] },
    ];
  });
  let pieces = joined(piecesOf(texts, sides, cells), texts);
  const agreed = total(pieces, ({ kept, at: [[from, to]] }) => kept && to - from);
  if (sides.flat().length > 16 && 2 * agreed < 0.3 * (a.length + b.length) && agreed < 0.8 * Math.min(a.length, b.length)) pieces = joined(pieces, texts, 7);
  pieces.forEach((_, n) => slide(pieces.slice(n, n + 3), texts, sides));
  return pieces.flatMap((piece) => spans(piece, ...cells.map((cell, n) => part(cell, ...piece.at[n]))));
}

function piecesOf(texts, sides, cells) {
  const pieces = [];
  const add = (kept, words, at) => {
    const before = pieces.at(-1);
    if (kept && before?.kept && before.at.every(([, end], n) => end === at[n][0])) extend(before, { at, words });
    else if (at.some(([from, to]) => from < to)) pieces.push({ kept, words, at });
  };
  let places = [0, 0];
  let ends = sides.map(([{ at }]) => at[0]);
  add(true, 8, ends.map((end) => [0, end]));
  for (const pair of common(...sides.map((side) => side.map(({ word }) => word)))) {
    const words = pair.map((n, side) => sides[side][n].at);
    // The spaces that the ends of a change have in common are kept.
    const same = (edge, n) => {
      const [[old], [now]] = words.map(([from], side) => texts[side].slice(ends[side] + n, from).match(edge));
      return old === now ? old.length : 0;
    };
    const lead = same(rules.lead, 0);
    const tail = same(rules.tail, lead);
    add(true, 0, ends.map((end) => [end, end + lead]));
    const [first, last] = keptEnds(cells.map((cell, side) => part(cell, ends[side] + lead, words[side][0] - tail)));
    const inner = words.map(([from], side) => [ends[side] + lead + first, from - tail - last]);
    if (first) add(true, 3, inner.map(([from]) => [from - first, from]));
    add(false, Math.max(...pair.map((n, side) => n - places[side])), inner);
    if (last) add(true, 1, inner.map(([, to]) => [to, to + last]));
    add(true, +(words[0][0] < words[0][1]), words.map(([from, to]) => [from - tail, to]));
    places = pair.map((n) => n + 1);
    ends = words.map(([, to]) => to);
  }
  add(true, 8 * (ends[0] < texts[0].length), texts.map(({ length }, side) => [ends[side], length]));
  return pieces;
}

// How many letters of a web address stay at either end, in whole parts, where its site stayed.
function keptEnds([was, is]) {
  const parts = ([[text, marks] = [""], more]) => [
    more || !/^https?:\/\/[^\s/?#]+\/\S*$/.test(text) ? NaN : marks,
    ...(text.match(/^\w+:\/+[^/?#]+\/|[\p{L}\p{N}]+|./gsu) ?? []),
  ];
  const [x, y] = [parts(was), parts(is)];
  const first = alike(x, y);
  const last = alike(x.slice(first), y.slice(first), true);
  return [x.slice(1, first), x.slice(x.length - last)].map((kept) => (first > 1 ? kept.join("").length : 0));
}

function extend(piece, { at, words }) {
  piece.at.forEach((ends, n) => (ends[1] = at[n][1]));
  piece.words += words;
}

// Readers follow phrases, not confetti: changes parted by next to nothing are one, or by no more than
// so many words, where hardly anything is in common.
function joined(pieces, texts, most) {
  const sides = ({ at }) => texts.map((text, n) => text.slice(...at[n]));
  pieces.forEach((piece, n) => {
    const [was, is] = sides(piece);
    if (most) piece.kept &&= piece.words > most;
    if (most || piece.kept) return;
    // A space that came or went belongs to the sign beside it, before which it is set or not.
    for (const [by, both] of [[0], [1], [-1], [1, 1]].slice(was && is ? 0 : (was + is).trim() ? 4 : 1)) {
      const beside = pieces[n + by];
      const [edge, near] = by < 0 ? [1, 0] : [0, 1];
      if (!beside || (by && (!beside.kept || beside.typed))) continue;
      const sign = by ? texts[0].at(beside.at[0][edge] - edge) : "";
      const first = both ? texts[0].slice(0, piece.at[0][0]).slice(-1) : "";
      if ([was, is].map((text) => plain(by < 0 ? sign + text : first + text + sign)).every((text, _, [one]) => text === one)) {
        piece.kept = piece.typed = true;
        if (by) piece.at.forEach((ends, side) => (beside.at[side][edge] = ends[near] += by));
        break;
      }
    }
  });
  const light = (piece, ...around) => {
    const [, text] = sides(piece);
    const number = (side) => sides(side).every((text) => /^\p{Nd}\S*$/u.test(text));
    const both = [0, 1].every((n) => around.some(({ at }) => at[n][0] < at[n][1]));
    if (piece.typed || piece.words > 2 || text.includes("\n") || around.every(number)) return false;
    return text.trim().length < 9 || (both && (piece.words === 1 || around.every(({ words }) => words > 1)));
  };
  const found = [];
  pieces = pieces.filter(({ at }) => at.some(([from, to]) => from < to));
  pieces.forEach((piece, n) => {
    const [before, behind] = [found.at(-1), pieces[n + 1]];
    if (before?.kept === false && (!piece.kept || (behind?.kept === false && light(piece, before, behind)))) extend(before, piece);
    else found.push(piece);
  });
  return found;
}

// What was only added or only cut begins where a sentence or a phrase does.
function slide([before, change, behind], texts, sides) {
  const { at, kept } = change ?? before;
  const side = +(at[0][0] === at[0][1]);
  if (kept || at[1 - side][0] < at[1 - side][1] || [before, behind].some((piece) => !piece?.kept || piece.typed)) return;
  const text = texts[side];
  const [start, end] = at[side];
  const [least, most] = [before, behind].map(({ at: [[from, to]] }) => to - from);
  const fits = (by) => {
    const [one, other] = [start, end].map((at) => text.slice(Math.min(at, at + by), Math.max(at, at + by)));
    return one === other && by <= most - (end + most < text.length) && by >= (start > least) - least;
  };
  const rank = (by) => {
    const edge = text.slice(start + by - 1, start + by + 1);
    const begins = start + by && [/[.!?。]\s/, /[,;:]\s/, /\s/].findIndex((sign) => sign.test(edge));
    return ((begins + 4) % 4) * 1e6 + Math.abs(by) - (by > 0) / 2;
  };
  const spots = [start, ...sides[side].flatMap(({ at }) => at)].map((spot) => spot - start);
  const [by] = spots.filter(fits).sort((one, other) => rank(one) - rank(other));
  at.forEach((ends, n) => {
    before.at[n][1] += by;
    behind.at[n][0] += by;
    at[n] = ends.map((end) => end + by);
  });
}

function spans({ kept, typed }, was, is) {
  if (!kept || (typed && was.length + is.length > 2)) return [...told("del", was), ...told("ins", is)];
  const found = [];
  while (was.length && is.length) {
    const [[old, own], [text, marks]] = [was[0], is[0]];
    const size = typed ? 1e9 : Math.min(old.length, text.length);
    // The description of a picture is no text.
    if (/"pp-p/.test(own) === /"pp-p/.test(marks)) found.push(["", text.slice(0, size), marks, own === marks ? undefined : own, typed && old]);
    else found.push(["del", old.slice(0, size), own], ["ins", text.slice(0, size), marks]);
    for (const side of [was, is]) if (!(side[0][0] = side[0][0].slice(size))) side.shift();
  }
  return found;
}

function part([, ...runs], start, end) {
  const found = [];
  for (const [whole, marks] of runs) {
    const text = whole.slice(Math.max(start, 0), Math.max(end, 0));
    if (text) found.push([text, marks]);
    start -= whole.length;
    end -= whole.length;
  }
  return found;
}

// ── alignment.py, operations.py ────────────────────────────────────────────────────────────────────

// Of pairs that rise on one side, the heaviest run that rises on both.
function staying(pairs) {
  let best;
  pairs.forEach((pair) => {
    const { old, now } = pair;
    pair.total = 0;
    for (const other of pairs) {
      if (other.old.place < old.place && other.now.place < now.place && other.total >= pair.total) [pair.before, pair.total] = [other, other.total];
    }
    // A section stays or moves as a whole; of clauses as long, what nobody touched stays.
    const same = old.cells + old.shape === now.cells + now.shape;
    pair.total += (1 + old.words + now.words) * (old.heading ? 1e8 : 2) + same;
    if (!best || pair.total >= best.total) best = pair;
  });
  const found = [];
  for (; best; best = best.before) found.unshift(best);
  return found;
}

const named = ({ clauses }, name) => clauses.find((clause) => clause.name === name);

// Where it is known how a clause was split, or which were merged into it, its parts are clauses.
function cutUp(text, other, cuts) {
  const { clauses } = text;
  for (const [name, rest, to, from, size] of cuts) {
    const whole = named(text, name);
    if (named(text, rest) || !named(other, rest) || !whole || textOf(whole.cells[0]).length !== size) continue;
    const [one, two] = [[0, to], [from, size]].map((ends) => ({ ...whole, cells: [["", ...part(whole.cells[0], ...ends)]] }));
    clauses.splice(clauses.indexOf(whole), 1, one, { ...two, name: rest, goesOn: true });
  }
  clauses.forEach((clause, place) => (clause.place = place));
}

// In reading order; what is gone stands before what took its place.
function operations(a, b) {
  const words = [...a.words, ...b.words].sort((p, q) => q.length - p.length);
  rules.word = RegExp(`(?:${words.join("|")}${rules.rest}`, "gu");
  rules.part = RegExp(rules.rest.slice(rules.rest.indexOf("|") + 1), "gu");
  const cuts = [...a.cuts, ...b.cuts];
  cutUp(a, b, cuts);
  cutUp(b, a, cuts);
  const pairs = a.clauses
    .map((old) => ({ old, now: named(b, old.name) }))
    .filter(({ old, now }) => now?.cells.length === old.cells.length);
  const inNew = () => pairs.sort((p, q) => p.now.place - q.now.place);
  // Of two runs as heavy, the same stays whichever of the texts comes first.
  const [one, other] = [a, b].map(({ clauses }) => clauses.map(({ cells }) => cells));
  if (one > other) inNew();
  const stay = staying(pairs);
  const moved = inNew().filter((pair) => !stay.includes(pair));
  moved.forEach((pair, n) => (pair.move = n + 1));
  const found = [];
  const add = (old, now) => {
    const pair = moved.find((pair) => pair.old === old || pair.now === now);
    const was = now && pair ? pair.old : old;
    const clause = now ?? old;
    const both = now && was;
    const cells = clause.cells.map((cell, n) => {
      if (both && `${cell}` !== `${was.cells[n]}`) return compareWords(was.cells[n], cell);
      return told(both ? "" : now ? "ins" : "del", cell.slice(1));
    });
    const reset = both && was.shape !== now.shape;
    const same = both && !reset && !was.goesOn && !now.goesOn && cells.flat().every(([kind, , , was, before]) => !kind && (was ?? before) == null);
    found.push({ old, now, clause, cells, pair, reset, same });
  };
  let y = 0;
  const come = (now) => {
    while (b.clauses[y] !== now) add(null, b.clauses[y++]);
    y++;
  };
  for (const old of a.clauses) {
    const now = stay.find((pair) => pair.old === old)?.now;
    if (now) come(now);
    add(old, now);
  }
  come();
  return withMovedWords(found, a, b);
}

// ── redline.py, passages.py, blocks.py ───────────────────────────────────────────────────────────

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt()};`);
const closing = (tags) => tags.match(/<\w+/g)?.reverse().map((tag) => tag.replace("<", "</") + ">").join("") ?? "";

function inline(cell) {
  const runs = groups(cell, ([kind, , , was, before, move]) => [kind, was, before, move].join());
  const told = [];
  return runs.map((run) => {
    const [[kind, , marks, was, before, move]] = run;
    const words = run.map(([, text, marks]) => marks + escaped(text).replace(/\n/g, "<br>") + closing(marks)).join("");
    if (move) {
      const name = kind + (told.includes(kind + move) ? "" : "Here");
      told.push(kind + move);
      // The space before the words is before what is said of them, too.
      return words.match(/^ ?/) + say(`${name}Moved`, words.replace(/^ /, ""), rules.moves[move][kind], move);
    }
    if (kind) return say(kind, words);
    if (before != null) return say("type", words, escaped(before));
    if (was == null) return words;
    const [from, to] = [was, marks].map((marks) => marks.match(/href="([^"]*)/)?.[1]);
    return say(from === to ? "style" : "link", words, from ?? rules.nowhere);
  }).join("");
}

// What is said of words that moved without all of their clause, where they stood and where they stand.
function movesIn(found) {
  const moves = [];
  for (const { old, now, pair, cells } of found) {
    for (const [kind, , , , , move] of cells.flat()) if (move) (moves[move] ??= {})[kind] ??= kind === "ins" ? now : old ?? pair.old;
  }
  return moves.map(({ del, ins }) => {
    const same = del.section === ins.section;
    return { del: same ? rules.delWithin : say("went", ins.title), ins: same ? rules.insWithin : say("came", del.title) };
  });
}

function block({ tag, cells }, spans, mark = "", kind) {
  const words = cells.map(([open], n) => open + (n ? "" : mark) + inline(spans[n]) + closing(open));
  return tag.replace(/<\w+/, kind ? `$& class="pp-${kind}"` : "$&") + words.join("") + closing(tag);
}

const before = ({ old, cells }) =>
  block(old, cells.map((cell) => cell.filter(([kind]) => kind !== "ins").map(([kind, text, marks, was = marks, before = text]) => [kind, before, was]))).replace(/ id="[^"]*"/, "");

function compared(a, b) {
  const found = operations(a, b);
  const changes = [];
  rules.moves = movesIn(found);
  const stays = ({ old, now }) => !now.heading && old.section === now.section;
  // What moved with its section; only its heading says so.
  const isCarried = ({ pair }) => pair && stays(pair) && found.some((op) => op.pair && op.clause.name === pair.old.section);
  const shown = (op) => {
    const { old, now, clause, cells, pair, reset, same } = op;
    if (pair && old) return say(clause.tag === "<tr>" ? "row" : "away", pair.move, escaped(textOf(clause.cells[0]).slice(0, 70)), stays(pair) ? rules.inside : say("to", pair.now.above), cells.length);
    if (same && (!pair || isCarried(op))) return block(clause, cells, "", pair && "moved");
    const kind = pair ? "moved" : !old ? "added" : now ? "amended" : "removed";
    const id = changes.push({ ...clause, kind, cells, id: changes.length + 1 });
    let mark = say("place", id, clause.title);
    if (pair && !isCarried(op)) mark += say("here", pair.move, stays(pair) ? rules.within : say("from", pair.old.above));
    if (reset) mark += say("reset");
    if (clause.goesOn || old?.goesOn) mark += say(clause.goesOn ? "joined" : "split");
    return block(clause, cells, mark, kind);
  };

  // A list or a table of the old text that goes on is the one of the new text.
  const goesOn = {};
  for (const { old, now, reset } of found) if (old && now && !reset) old.around.forEach((id, n) => (goesOn[id] = now.around[n]));
  const open = (id) => (id < 0 ? a.containers[~id].replace("<li", '$& class="pp-removed-item"').replace(/l="[^>]*-was/, "l") : b.containers[id]);
  const write = (units) => {
    let html = "";
    const stack = [];
    for (const [around, block] of [...units, [[], ""]]) {
      const known = alike(stack, around);
      while (stack.length > known) html += closing(open(stack.pop()));
      for (const id of around.slice(known)) {
        html += open(id);
        stack.push(id);
      }
      html += block;
    }
    return html;
  };

  // What can stand beside its old wording: a paragraph, an item of an outermost list, a table.
  const passages = [];
  for (const op of found) {
    op.around = op.now?.around ?? op.old.around.map((id) => goesOn[id] ?? ~id);
    const listed = /^<[uo]l/.test(open(op.around[0]));
    const id = op.around[+listed];
    const passage = id != null && passages.find((other) => other.id === id);
    if (passage) passage.ops.push(op);
    else passages.push({ id, listed, ops: [op] });
  }
  const state = ({ ops, listed }) => {
    if (ops[0].clause.heading) return "";
    if (ops.every(({ same, pair }) => same && !pair)) return "same";
    return listed || ["old", "now"].filter((side) => ops.some((op) => op[side])).join();
  };
  const facing = ({ ops, listed }) => {
    const olds = ops.filter(({ old }) => old).map((op) => [op.old.around.map((id) => ~id), before(op)]);
    const html = write(ops.filter((op) => !op.old || !isCarried(op)).map((op) => [op.around, shown(op)]));
    const inside = listed && html;
    const was = olds.length ? say(state({ ops }) === "same" ? "as" : "was", inside ? "li" : "div", write(olds)) : "";
    return inside ? html.replace(/>/, () => `>${was}`) : was + html;
  };
  const html = groups(passages, state).map((run) => {
    const text = run.map(facing).join("");
    const name = state(run[0]);
    const number = total(run, ({ ops }) => ops.length);
    return rules[name] && (number > 3 || !run[0].listed) ? say(name, text, counted("kept", number)) : text;
  });

  // Of a pair that people were told about, its numbers are those they were told, and no others.
  const known = rules[rules.names];
  const figures = (changes) => {
    const [ins, del, went] = [["ins"], ["del"], ["ins", true]].map(([name, shifted]) => total(changes.flatMap(({ cells }) => cells), (cell) => cell.map(([kind, text, , , , move]) => kind === name && !move === !shifted ? text : " ").join("").split(RegExp(rules.counted, "gu")).length - 1));
    const kinds = rules.kinds.map((name) => counted(name, total(changes, ({ kind }) => kind === name)));
    return row([kinds, known ? [] : [counted("inserted", ins), counted(ins ? "then" : "deleted", del), counted(ins || del ? "thenWent" : "shifted", went)]].map((list) => row(list, rules.next)), rules.figures) || rules.none;
  };
  const list = groups(changes, ({ section }) => section).map((changes) => say("item", changes[0].id, changes[0].title, figures(changes)));
  return say("page", list.join(""), html.join("").replace(/<\/([uo]l)>\s*<\1[^>]*>/g, ""), known ?? figures(changes), ...rules.names);
}

// ── the worker, the page ────────────────────────────────────────────────────────────────────────

// The page of one step, as this program wrote it, in the place of what a script would find.
async function showStep(address, place) {
  const text = await (await fetch(address)).text();
  const step = new DOMParser().parseFromString(text, "text/html");
  step.head.prepend(Object.assign(step.createElement("base"), { href: address }));
  for (const link of step.links) if (link.getAttribute("href")[0] !== "#") link.setAttribute("href", link.href);
  const views = step.querySelector(".pp-views");
  const all = [...views.parentElement.children];
  place.replaceChildren(...all.slice(all.indexOf(step.querySelector("#pp-list")), all.indexOf(views) + 1));
}

function show(old, now, tell, asked) {
  if (!old || !now) return tell(rules.unknown);
  if (old.index === now.index) return tell(rules.both);
  const place = document.querySelector(".pp-result");
  const shown = () => {
    tell(say("pair", old.value, old.dataset.when, now.value, now.dataset.when));
    // The steps need the text, and the text is here only now.
    import(rules.steps);
  };
  const steps = [...document.querySelectorAll(".pp-chain li")].reverse();
  const [first, end] = [old.index, now.index].sort((p, q) => p - q);
  const page = old.index === now.index + 1 && steps[first].querySelector("a");
  if (page && asked) return location.replace(page.href + location.hash);
  if (page) return showStep(page.href, place).then(shown, () => tell(rules.failed));
  steps.forEach((step, n) => (step.hidden = n < first || n >= end));
  document.title = `${old.value} → ${now.value} · ${document.title}`;
  tell(rules.busy);
  const worker = new Worker(rules.script);
  worker.onmessage = worker.onerror = ({ data }) => {
    if (!data) return tell(rules.failed);
    place.innerHTML = data;
    shown();
  };
  const files = [old, now].map(({ dataset }) => new URL(dataset.file, location).href);
  worker.postMessage({ files, rules: { ...rules, names: [old.value, now.value] } });
}

if (globalThis.document) {
  const form = document.querySelector(".pp-compare");
  const [from, to] = form.elements;
  const asked = new URLSearchParams(location.search);
  const tell = (words) => (document.querySelector(".pp-compared").textContent = words);
  rules = JSON.parse(document.querySelector(".pp-words").textContent);
  form.hidden = false;
  for (const field of [from, to]) field.value = asked.get(field.name) ?? field.value;
  show(from.selectedOptions[0], to.selectedOptions[0], tell, location.search);
} else {
  onmessage = async ({ data }) => {
    try {
      rules = data.rules;
      const texts = data.files.map(async (file) => read(await (await fetch(file)).json()));
      postMessage(compared(...(await Promise.all(texts))));
    } catch {
      postMessage("");
    }
  };
}
