// Rankings with ties, as pure functions. `ranks[i]` is the row of output i, 1 is best, 0 is not
// ranked yet; several outputs in one row are a tie. There are as many rows as outputs, and rows
// between may be empty.

const others = (ranks, i) => ranks.map((rank, j) => (j === i ? 0 : rank));
const above = (ranks, row) => Math.max(0, ...ranks.filter((rank) => rank && rank < row));
const below = (ranks, row) => Math.min(Infinity, ...ranks.filter((rank) => rank > row));
const last = (ranks) => Math.max(0, ...ranks);

export const place = (ranks, i, row) => ranks.map((rank, j) => (j === i ? row : rank));

export const tied = (ranks, i) =>
  ranks[i] === 0 ? [] : ranks.flatMap((rank, j) => (j !== i && rank === ranks[i] ? [j] : []));

/** Output i gets a row of its own before what is in row `at` (1 to K + 1); others make room. */
export function insert(ranks, i, at) {
  const rest = others(ranks, i);
  let free = at;
  while (free <= ranks.length && rest.includes(free)) {
    free++;
  }
  if (free <= ranks.length) {
    return place(rest.map((rank) => (rank >= at && rank < free ? rank + 1 : rank)), i, at);
  }
  free = at - 1;
  while (rest.includes(free)) {
    free--;
  }
  return place(rest.map((rank) => (rank > free && rank < at ? rank - 1 : rank)), i, at - 1);
}

/** Moves up by one: out of a tie, else past what is above; what is not ranked goes to the end. */
export function up(ranks, i) {
  const row = ranks[i];
  if (row === 0) {
    return insert(ranks, i, last(ranks) + 1);
  }
  if (tied(ranks, i).length > 0) {
    return insert(ranks, i, row);
  }
  return insert(ranks, i, above(ranks, row) || 1);
}

/** Moves down by one: out of a tie, else past what is below. */
export function down(ranks, i) {
  const row = ranks[i];
  if (row === 0) {
    return insert(ranks, i, last(ranks) + 1);
  }
  if (tied(ranks, i).length > 0) {
    return insert(ranks, i, row + 1);
  }
  const next = below(ranks, row);
  return next === Infinity ? ranks : insert(ranks, i, next + 1);
}

/** Ties with what is above it. */
export function tie(ranks, i) {
  const rest = others(ranks, i);
  const row = ranks[i] === 0 ? last(rest) : above(rest, ranks[i]);
  return row === 0 ? ranks : place(ranks, i, row);
}

/** Removes empty rows: 2, 5, 5 becomes 1, 2, 2. */
export function dense(ranks) {
  const rows = [...new Set(ranks.filter((rank) => rank))].sort((a, b) => a - b);
  return ranks.map((rank) => (rank ? rows.indexOf(rank) + 1 : 0));
}

/** The ranking by the quality ratings, best first, equal ratings tied. */
export function byMarks(marks) {
  const levels = [...new Set(marks.filter((mark) => mark))].sort((a, b) => b - a);
  return marks.map((mark) => (mark ? levels.indexOf(mark) + 1 : 0));
}

/** The pair whose order contradicts its ratings most: [ranked better, rated better], or null. */
export function contradiction(ranks, marks) {
  let most = 0;
  let couple = null;
  for (let a = 0; a < ranks.length; a++) {
    for (let b = 0; b < ranks.length; b++) {
      const gap = marks[b] - marks[a];
      if (ranks[a] && ranks[a] < ranks[b] && marks[a] && gap > most) {
        most = gap;
        couple = [a, b];
      }
    }
  }
  return couple;
}
