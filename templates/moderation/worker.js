/* Says in Swedish that there is no network. Keeps that one page; what people type, share and read is never kept here. */
"use strict";
const OFFLINE = "{{ offline|escapejs }}";
const FILES = [OFFLINE{% for file in files %}, "{{ file|escapejs }}"{% endfor %}];
const KEPT = "utan-nat-1";

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES)));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))));
});
self.addEventListener("fetch", (event) => {
  const page = event.request.mode === "navigate";
  if (!page && !FILES.includes(new URL(event.request.url).pathname)) return;
  event.respondWith(fetch(event.request).catch(() => caches.match(page ? OFFLINE : event.request, { ignoreSearch: true })));
});
