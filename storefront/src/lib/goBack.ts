// One step back, or home for who was led here from elsewhere.
import type { Router } from "vue-router";

export function goBack(router: Router, otherwise = "/"): void {
  if (window.history.state?.back) router.back();
  else void router.replace(otherwise);
}
