// Sentences that were struck in one clause and written, word for word, in another place: what
// moved_words.py and changed_regions.py look for, by the same limits. Part of compare.js.

const SEED = 4;
const BETWEEN = 2;
const ENDS = ".!?。:;";
const PHRASE_ENDS = `${ENDS},()`;

const oldOf = ([kind, text, , , before]) => (kind === "ins" ? "" : before ?? text);
const newOf = ([kind, text]) => (kind === "del" ? "" : text);
const lettersOf = (spans) => [oldOf, newOf].map((side) => spans.map(side).join(""));
const spaced = (text) => text.split(/\s+/).filter(Boolean).length;

// All words that clauses lost and gained, wherever they stand in their clause.
function regionsOf(found) {
  const stood = [];
  const regions = [];
  const stand = (move, words) => (stood[move] = (stood[move] ?? 0) + words);
  found.forEach(({ old, now, clause, cells, pair, reset }, number) => {
    const move = pair?.move ?? 0;
    if (pair && old) return; // its words are told where it went
    if (old && now && !reset && `${old.cells}` === `${now.cells}`) return stand(move, Math.max(total(cells, (cell) => spaced(lettersOf(cell)[1])), BETWEEN));
    const lookedAt = /^(<p[ >]|<tr|$)/.test(clause.tag);
    cells.forEach((cell, place) => {
      const at = [0, 0];
      const sides = lettersOf(cell);
      for (const spans of groups(cell, ([kind]) => !kind)) {
        const parts = lettersOf(spans);
        if (!spans[0][0]) stand(move, spaced(parts[1]));
        else {
          parts.forEach((text, side) => {
            const [start, end] = [at[side], at[side] + text.length];
            if (lookedAt && text) regions.push(region({ number, place, side, text, start, before: sides[side].slice(Math.max(start - 8, 0), start), behind: sides[side].slice(end, end + 8), near: [move, stood[move] ?? 0] }));
          });
        }
        parts.forEach((part, side) => (at[side] += part.length));
      }
    });
  });
  return regions;
}

function region(own) {
  const words = [];
  const starts = [];
  for (const { 0: word, index } of own.text.matchAll(rules.word)) {
    // What is one word to a reader, such as a date, is known again by its parts.
    for (const { 0: part, index: at } of word.includes(" ") ? word.matchAll(rules.part) : [{ 0: word, index: 0 }]) {
      words.push(plain(part));
      starts.push(index + at);
    }
  }
  const begins = (at, signs = ENDS) => signs.includes(at ? words[at - 1] : own.before.trimEnd().slice(-1));
  const ends = (end, signs = ENDS) => signs.includes(words[end - 1]) || signs.includes(words[end] ?? own.behind.trimStart().slice(0, 1));
  const stretch = (from, to) => [from && starts[from], starts[to] ?? own.text.length];
  return { ...own, words, begins, ends, stretch };
}

// The phrases that stand once among all regions of a side, with the region and their place.
function phrasesOnce(regions, side, wanted) {
  const found = new Map();
  regions.forEach((own, number) => {
    for (let at = 0; own.side === side && at + SEED <= own.words.length; at++) {
      const phrase = own.words.slice(at, at + SEED).join("\0");
      if (!wanted || wanted.has(phrase)) found.set(phrase, found.has(phrase) ? null : [number, at]);
    }
  });
  return new Map([...found].filter(([, place]) => place));
}

const rising = (one, other) => {
  const n = one.findIndex((value, at) => value !== other[at]);
  return n < 0 ? 0 : one[n] - other[n];
};

// The words in a row around each of those phrases: [old region, new region, place, place, number].
function matchesOf(regions) {
  const olds = phrasesOnce(regions, 0);
  const news = [...phrasesOnce(regions, 1, olds)].map(([phrase, place]) => [...olds.get(phrase), ...place]);
  const reached = {};
  const found = [];
  for (const [i, start, j, begin] of news.sort(rising)) {
    const way = [i, j, start - begin];
    const [a, b] = [regions[i], regions[j]];
    if (start < (reached[way] ?? 0) || (a.near[0] === b.near[0] && Math.abs(a.near[1] - b.near[1]) < BETWEEN)) continue;
    const back = alike(a.words.slice(0, start), b.words.slice(0, begin), true);
    const size = alike(a.words.slice(start), b.words.slice(begin));
    found.push([i, j, start - back, begin - back, back + size]);
    reached[way] = start + size;
  }
  return found.sort(rising);
}

// Phrases that moved together, so much of each as a reader would call moved.
function movedGroups(regions) {
  const found = [];
  for (const own of groups(matchesOf(regions), ([i, j]) => `${i} ${j}`)) {
    let group = [];
    const close = () => group.length && found.push(...wholeOf(group, regions));
    for (const match of own) {
      const last = group.at(-1);
      if (last && ![2, 3].every((n) => match[n] >= last[n] + last[4] && match[n] <= last[n] + last[4] + 3)) {
        close();
        group = [];
      }
      group.push(match);
    }
    close();
  }
  return found;
}

const beginBoth = ([i, j], [old, now], signs) => old.begins(i, signs) && now.begins(j, signs);
const endBoth = ([i, j], [old, now], signs) => old.ends(i + 1, signs) && now.ends(j + 1, signs);

function wholeOf(group, regions) {
  const sides = group[0].slice(0, 2).map((n) => regions[n]);
  const words = withEnd(inSentence(trimmed(group.flatMap(([, , i, j, size]) => Array.from({ length: size }, (_, n) => [i + n, j + n])), sides), sides), sides);
  const told = words.map(([i]) => sides[0].words[i]).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (!words.length || told.length < leastOf(words, sides) || [...told.join("")].length < 20) return [];
  const runs = groups(words.map(([i, j], n) => [i, j, i - n, j - n]), ([, , i, j]) => `${i} ${j}`);
  return [runs.map((run) => [...group[0].slice(0, 2), run[0][0], run[0][1], run.length])];
}

// Without what is too short to be told at either end: parts of other sentences.
function trimmed(words, sides) {
  let [first, last] = [0, words.length];
  if (!beginBoth(words[0], sides)) first = Math.max(words.findIndex((pair) => beginBoth(pair, sides)), 0);
  if (!endBoth(words.at(-1), sides)) last = words.findLastIndex((pair, n) => n < last && endBoth(pair, sides)) + 1 || last;
  if (last - first >= 6) words = words.slice(first < 16 ? first : 0, words.length - last < 16 ? last : undefined);
  const is = (pair, signs) => pair && signs.includes(sides[0].words[pair[0]]);
  while (is(words[0], `${ENDS},)`)) words = words.slice(1);
  while (is(words.at(-1), ",(")) words = words.slice(0, -1);
  return words;
}

// With the others of their sentence, if most of it moved with them.
function inSentence(words, sides) {
  if (!words.length || (beginBoth(words[0], sides) && endBoth(words.at(-1), sides))) return words;
  const most = 2 * words.length;
  const ends = sides.map(({ words: all, begins, ends }, side) => {
    let [start, end] = [words[0][side], words.at(-1)[side] + 1];
    const [low, high] = [Math.max(start - most, 0), Math.min(end - 1 + most, all.length)];
    while (start >= low && !begins(start)) start--;
    while (end <= high && !ends(end)) end++;
    return start >= low && end <= high && [start, end, all.slice(start, end)];
  });
  if (!ends.every(Boolean)) return words;
  const [[start, , a], [begin, , b]] = ends;
  const pairs = common(a, b);
  return 2 * pairs.length >= 0.75 * (a.length + b.length) ? pairs.map(([i, j]) => [start + i, begin + j]) : words;
}

function withEnd(words, sides) {
  if (!words.length) return words;
  const next = words.at(-1).map((at) => at + 1);
  const [one, other] = next.map((at, side) => sides[side].words[at]);
  return one && one === other && ENDS.includes(one) ? [...words, next] : words;
}

function leastOf(words, sides) {
  const [first, last] = [words[0], words.at(-1)];
  const [begins, ends] = [beginBoth(first, sides), endBoth(last, sides)];
  if (begins && ends) return 6;
  return (begins && endBoth(last, sides, PHRASE_ENDS)) || (beginBoth(first, sides, PHRASE_ENDS) && ends) ? 10 : 16;
}

// The operations, their spans cut where words that moved begin and end, and numbered.
function withMovedWords(found, ...texts) {
  const regions = regionsOf(found);
  const rank = (group) => group.flatMap(([i, , start, , size]) => regions[i].words.slice(start, start + size));
  const ranked = movedGroups(regions).map((group) => [rank(group), group]);
  ranked.sort(([a], [b]) => b.length - a.length || (a < b ? -1 : +(a > b)));
  const used = {};
  const chosen = [];
  for (const [, group] of ranked.slice(0, 400)) {
    const [first, last] = [group[0], group.at(-1)];
    const spans = [0, 1].map((side) => [first[side], first[2 + side], last[2 + side] + last[4]]);
    const free = spans.every(([n, start, end]) => (used[n] ?? []).every(([a, b]) => end <= a || b <= start));
    const longest = group.reduce((one, other) => (other[4] > one[4] ? other : one));
    // Words that stand several times are a formula, or a copy was left.
    const once = texts.every(({ clauses }, side) => {
      const own = regions[longest[side]];
      const words = own.text.slice(...own.stretch(longest[2 + side], longest[2 + side] + longest[4])).trim();
      return total(clauses.flatMap(({ cells }) => cells), (cell) => textOf(cell).split(words).length - 1) < 2;
    });
    if (!free || !once) continue;
    for (const [n, start, end] of spans) (used[n] ??= []).push([start, end]);
    chosen.push(group);
  }
  chosen.sort(([[, a, , b]], [[, c, , d]]) => a - c || b - d);
  let move = Math.max(0, ...found.map(({ pair }) => pair?.move ?? 0));
  for (const group of chosen) {
    move++;
    for (const match of group) {
      [0, 1].forEach((side) => {
        const { number, place, start, stretch } = regions[match[side]];
        const [from, to] = stretch(match[2 + side], match[2 + side] + match[4]);
        const { cells } = found[number];
        cells[place] = cutAt(cells[place], side, start + from, start + to, move);
      });
    }
  }
  return found;
}

function cutAt(cell, side, from, to, move) {
  const kind = ["del", "ins"][side];
  let at = 0;
  return cell.flatMap((span) => {
    const start = at;
    at += [oldOf, newOf][side](span).length;
    const [left, right] = [Math.max(from, start) - start, Math.min(to, at) - start];
    if (span[0] !== kind || left >= right) return [span];
    const cut = (number, ...ends) => [kind, span[1].slice(...ends), span[2], undefined, undefined, number];
    return [cut(span[5], 0, left), cut(move, left, right), cut(span[5], right)].filter(([, text]) => text);
  });
}
