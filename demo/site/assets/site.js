// The phone menu and the cookie notice. Without script both are simply shown.
const button = document.querySelector(".menu-button");
const nav = document.querySelector(".site-nav");
button.hidden = false;
nav.classList.add("site-nav--folded");
button.addEventListener("click", () => {
  const isOpen = nav.classList.toggle("site-nav--open");
  button.setAttribute("aria-expanded", String(isOpen));
});

const NOTICE_KEY = "cookie-notice-read";
const notice = document.querySelector(".cookie-notice");
if (localStorage.getItem(NOTICE_KEY)) notice.remove();
notice.querySelector("[data-cookie-accept]").addEventListener("click", () => {
  localStorage.setItem(NOTICE_KEY, "yes");
  notice.remove();
});
