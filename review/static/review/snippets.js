// A saved instruction goes into the text, where it can be changed. Without this file the server puts it in front.

const choice = document.getElementById("snippet");
const text = document.getElementById("request_changes_reason");

choice?.addEventListener("change", () => {
  const chosen = choice.selectedOptions[0]?.dataset.text;
  if (!chosen || !text) return;
  text.value = text.value.trim() ? `${text.value.trimEnd()}\n${chosen}` : chosen;
  choice.value = "";
  text.focus();
});
