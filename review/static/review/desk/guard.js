// Asks before the window with unsaved text is closed, and knows when a button's answer is awaited.
export const form = document.getElementById("desk");

let isChanged = false;
export let isSending = false;

form?.addEventListener("input", (event) => { if (event.target.name !== "source_view") isChanged = true; });
form?.addEventListener("submit", (event) => {
  isSending = true;
  setTimeout(() => { if (event.defaultPrevented) isSending = false; }); // another script stopped it
});
window.addEventListener("pageshow", () => { isSending = false; });
window.addEventListener("beforeunload", (event) => {
  if (isChanged && !isSending) event.preventDefault();
});
