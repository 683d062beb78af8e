// The button says at which hour it publishes, as the field beside it stands. Without this file it says "at this hour".

const field = document.getElementById("publish_at");
const button = document.querySelector("button[data-hour-words]");
const unknown = button?.textContent;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function tell() {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(field.value) ?? [];
  button.textContent = year
    ? `${button.dataset.hourWords} ${Number(day)} ${months[month - 1]} ${year}, ${time} UTC`
    : unknown;
}

if (field && button) {
  field.addEventListener("input", tell);
  // A date typed by half would keep the browser from sending any button of the page, and say so nowhere once it is shut.
  field.closest("details").addEventListener("toggle", (event) => {
    if (!event.target.open && field.validity.badInput) field.value = "";
    tell();
  });
  tell();
}
