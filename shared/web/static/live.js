// What goes on while one looks: an element with an id and data-live="3" is fetched anew every 3 seconds, from this
// page's own address, until it comes without that attribute. Without a script its link does the same.
for (const start of document.querySelectorAll("[data-live]")) {
  const { id } = start;
  let pause = Number(start.dataset.live) * 1000;
  const look = async () => {
    if (document.hidden) return wait();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      if (!answer.ok || !fresh) throw new Error("no such part");
      const now = document.getElementById(id);
      if (!now.contains(document.activeElement)) now.replaceWith(fresh);
      pause = Number(fresh.dataset.live) * 1000;
      if (!pause) return;
    } catch {
      pause = Math.min(60000, pause * 2); // away, or signed out: ask less and less
    }
    wait();
  };
  const wait = () => setTimeout(look, pause);
  wait();
}
