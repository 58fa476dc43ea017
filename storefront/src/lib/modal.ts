// Vant's dialogs take the focus and do not keep it: with the keyboard one would get behind them.

/** Shuts what is behind a dialog until `open` is over; then the focus is where it was. */
export async function asModal<T>(open: () => Promise<T>): Promise<T> {
  const opener = document.activeElement;
  const behind = document.getElementById("app"); // dialogs stand beside it
  if (behind) behind.inert = true;
  try {
    return await open();
  } finally {
    if (behind) behind.inert = false;
    if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
  }
}
