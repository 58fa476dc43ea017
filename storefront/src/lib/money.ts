// Amounts are JSON numbers of yuan with two decimals at most; sums are made in whole fen.

export function fen(yuan: number): number {
  return Math.round(yuan * 100);
}

export function yuan(amount: number): string {
  return (fen(amount) / 100).toFixed(2);
}

export function sum(amounts: Iterable<number>): number {
  let total = 0;
  for (const amount of amounts) total += fen(amount);
  return total / 100;
}
