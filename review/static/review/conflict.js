// Comfort only: a choice shows its text at once, to go on editing. The server reads the choice itself.

document.querySelectorAll("section.both").forEach((section) => {
  const text = section.querySelector(".proposal textarea, .proposal input");
  if (!text) return;
  const woven = text.value;
  const of = (side) => section.querySelector(`input[name="${side}_${text.name}"]`)?.value ?? woven;
  section.addEventListener("change", (event) => {
    const isUntouched = ["woven", "yours", "theirs"].some((side) => of(side) === text.value);
    if (event.target.type === "radio" && isUntouched) text.value = of(event.target.value);
  });
});
