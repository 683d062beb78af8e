// What the scripts of the desk share: the page's own addresses, this tab's name, and a request that answers in words.

export const place = document.getElementById("unsaved");
export const form = document.getElementById("desk");

const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// One opened page: what it keeps, no other page of the same person writes over. A page that comes back with the text
// (after a refusal) goes on under the name that the server gives back.
const writer = form?.elements.namedItem("unsaved_page");
if (writer && !writer.value) writer.value = random();

// One tab, however often its page is loaded again.
export const tab = (() => {
  try {
    if (!sessionStorage.getItem("atlas-tab")) sessionStorage.setItem("atlas-tab", random());
    return sessionStorage.getItem("atlas-tab");
  } catch {
    return random(); // storage is switched off
  }
})();

// After a new login in another tab the token in the page is no longer good; the cookie's is.
const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

export function refreshToken() {
  const token = csrfToken();
  const field = form?.elements.namedItem("csrfmiddlewaretoken");
  if (token && field) field.value = token;
}

// What came of a request: {state: "done", data} | {state: "refused", problem} | {state: "ended"} | {state: "offline"}
export async function post(address, fields, { keepalive = false } = {}) {
  refreshToken();
  fields.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
  const body = new URLSearchParams(fields);
  let response;
  try {
    response = await fetch(address, { method: "POST", body, keepalive, redirect: "manual", credentials: "same-origin" });
  } catch {
    return { state: "offline" };
  }
  if (response.type === "opaqueredirect") return { state: "ended" };
  let data = {};
  try {
    data = await response.json();
  } catch {
    // not from our own pages: a refusal of the token, or a proxy that says it is busy
  }
  if (response.ok) return { state: "done", data };
  if (data.problem) return { state: "refused", problem: data.problem };
  return { state: response.status === 403 ? "ended" : "offline" };
}
