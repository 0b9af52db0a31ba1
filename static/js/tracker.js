// The page of an order. The icon of its tab shows when the guest is awaited, also after a swap. The notice that there is no
// news from the kitchen appears, and counts, by itself: nothing happens then that would fetch the page. While the page is
// out of step it cannot know whether there is any, and says nothing of it.

const SILENCE_CHECK_MS = 1000;

const orderElement = () => document.getElementById("order");

// How far this device's clock is ahead of the shop's, by the time at which the page was rendered.
const clockSkewMs = Date.now() - 1000 * Number(orderElement().dataset.now);

function showIcon() {
  const icon = document.querySelector("link[rel=icon]");
  const { icon: address } = orderElement().dataset;
  if (icon.getAttribute("href") !== address) icon.setAttribute("href", address);
}

function showSilence() {
  const notice = document.getElementById("silence");
  if (!notice) return;
  const now = (Date.now() - clockSkewMs) / 1000;
  const isHidden = isOutOfStep() || now < Number(notice.dataset.begins);
  const minutes = String(Math.max(0, Math.floor((now - Number(notice.dataset.since)) / 60)));
  const count = notice.querySelector(".silence-minutes");
  if (count.textContent !== minutes) count.textContent = minutes;
  if (isHidden === notice.hidden) return;
  notice.hidden = isHidden;
  if (!isHidden) announceSilence(notice);
}

function announceSilence(notice) {
  document.getElementById("announcements").textContent = notice.textContent.replace(/\s+/g, " ").trim();
}

showSilence();
setInterval(showSilence, SILENCE_CHECK_MS);
document.addEventListener("htmx:afterSettle", () => {
  showIcon();
  showSilence();
});
