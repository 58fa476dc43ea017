// Pictures as large as the screen. The viewer is loaded when the first one is opened.
import { asModal } from "./modal";

export async function enlarge(images: readonly string[], startPosition: number): Promise<void> {
  const [{ showImagePreview }] = await Promise.all([import("vant/es/image-preview"), import("vant/es/image-preview/style")]);
  await asModal(() => new Promise<void>((resolve) => {
    const viewer = showImagePreview({ images: [...images], startPosition, closeable: true, onClose: end });
    const onKey = (event: KeyboardEvent): void => { if (event.key === "Escape") viewer?.close(); };
    document.addEventListener("keydown", onKey);

    function end(): void {
      document.removeEventListener("keydown", onKey);
      resolve();
    }
  }));
}
