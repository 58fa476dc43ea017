// "Are you sure?" The dialog is loaded when the first question is asked.

import { asModal } from "./modal";

/** Vant hears Escape while no button of its dialog has the focus. */
function leave(event: KeyboardEvent): void {
  if (event.key === "Escape") document.querySelector<HTMLElement>(".van-dialog__cancel")?.click();
}

/** Returns whether the caller agreed. */
export async function isSure(message: string, title?: string): Promise<boolean> {
  const [{ showConfirmDialog }] = await Promise.all([import("vant/es/dialog"), import("vant/es/dialog/style")]);
  document.addEventListener("keydown", leave);
  try {
    await asModal(() => showConfirmDialog(title ? { message, title } : { message }));
    return true;
  } catch {
    return false;
  } finally {
    document.removeEventListener("keydown", leave);
  }
}
