// A form as the API judges it: its texts stand at the fields that they are about.
import { ref, type Ref } from "vue";

import { ApiFailure } from "@/api/failure";

import { wordsOf } from "./failures";

export interface Form {
  errors: Ref<Record<string, string>>;
  /** What belongs to no field of the form. */
  message: Ref<string>;
  isBusy: Ref<boolean>;
  /** Runs `act`; returns whether it went well. A refusal is shown, not thrown. */
  send: (act: () => Promise<void>) => Promise<boolean>;
}

/** `fields` are those that the form shows: a refusal of any other is shown as its message. */
export function useForm(fields: readonly string[]): Form {
  const errors = ref<Record<string, string>>({});
  const message = ref("");
  const isBusy = ref(false);

  async function send(act: () => Promise<void>): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    errors.value = {};
    message.value = "";
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      const shown = Object.entries(error.fields).filter(([name]) => fields.includes(name));
      const others = Object.entries(error.fields).filter(([name]) => !fields.includes(name));
      errors.value = Object.fromEntries(shown);
      if (!shown.length) message.value = wordsOf(error);
      else if (others.length) message.value = others.map(([, text]) => text).join(" ");
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  return { errors, message, isBusy, send };
}
