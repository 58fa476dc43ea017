// Vant's uploader has no place for the name of its file input: this directive writes it.
import type { Directive } from "vue";

function name(element: HTMLElement, text: string): void {
  for (const input of element.querySelectorAll('input[type="file"]')) input.setAttribute("aria-label", text);
}

export const vNamed: Directive<HTMLElement, string> = {
  mounted: (element, { value }) => name(element, value),
  updated: (element, { value }) => name(element, value),
};
