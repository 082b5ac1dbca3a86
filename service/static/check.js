// The check before sending, the same as on the server (surveys/comments/wording.py): what in these words
// could give their writer away. It runs here, so nothing has to be sent, stored or logged for it.

const KINDS = ["name", "date", "only", "role", "unusual"];

// Returns whether words of harm were found, and otherwise at most one hint of each kind.
export function check(words, wanted) {
  if (new RegExp(wanted.harm, "iu").test(words)) return { harm: true, hints: [] };
  const hints = [];
  for (const kind of KINDS) {
    if (kind === "name" && wanted.names.length === 0) continue;
    let found = kind === "name" ? nameIn(words, new Set(wanted.names), wanted.wordsToo) : null;
    found ||= first(wanted.loose[kind], "iu", words) || first(wanted.exact[kind], "u", words);
    if (found) hints.push({ kind, found });
  }
  return { harm: false, hints };
}

function first(expression, flags, words) {
  return expression ? (words.match(new RegExp(expression, flags))?.[0] ?? null) : null;
}

function nameIn(words, known, wordsToo) {
  for (const match of words.matchAll(/\p{L}+(?:[-'’]\p{L}+)*/gu)) {
    const bare = match[0].replace(/['’]s$/u, "");
    const begins = /(?:^|[.!?:\n])\s*$/u.test(words.slice(0, match.index));
    if (begins && wordsToo.includes(bare.toLowerCase())) continue;
    const parts = [bare, ...bare.split(/[-'’]/u)];
    if (/^\p{Lu}/u.test(bare) && parts.some((part) => known.has(part.toLowerCase()))) return bare;
  }
  return null;
}
