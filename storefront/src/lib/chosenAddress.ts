// The address chosen for the order that is being made.
import { ref } from "vue";

export const chosenAddress = ref<number | null>(null);
