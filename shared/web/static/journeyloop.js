// What our pages gain from a script; all of them work without it.

// A button that copies the text of the element it names.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = before; }, 2000);
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  else event.target.dataset.sent = "yes";
});
const maySendAgain = () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
};
addEventListener("pageshow", maySendAgain);

// What is typed into a form of many fields is not lost by another button or a link: the browser asks first.
document.addEventListener("input", (event) => {
  if ("keep" in (event.target.form?.dataset ?? {})) event.target.form.dataset.keep = "unsaved";
});
addEventListener("beforeunload", (event) => {
  if (!document.querySelector("form[data-keep=unsaved]:not([data-sent])")) return;
  event.preventDefault();
  setTimeout(maySendAgain); // whoever stays may press that button again
});
