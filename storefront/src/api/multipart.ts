// A body that carries files. openapi-fetch sends the form as it is; the schema's type of the body
// describes the same fields.

export function multipart<T extends Record<string, unknown>>(fields: T): { body: never; bodySerializer: () => FormData } {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined || item === null || item === "") continue;
      form.append(name, item instanceof Blob ? item : String(item));
    }
  }
  return { body: fields as never, bodySerializer: () => form };
}
