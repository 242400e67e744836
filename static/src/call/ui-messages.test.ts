import { expect, test } from "vitest";
import { parseUiMessage, readMessage } from "./ui-messages";

const say = (body: object) => parseUiMessage(JSON.stringify(body));

test("unknown types, other versions and broken JSON are ignored", () => {
  expect(say({ v: 1, type: "hologram" })).toBeNull();
  expect(say({ v: 2, type: "notice", text: "x" })).toBeNull();
  expect(parseUiMessage("{")).toBeNull();
  expect(parseUiMessage("[1]")).toBeNull();
});

test("only web addresses become links", () => {
  const items = [
    { title: "Page", url: "https://shop.example/a" },
    { title: "Trap", url: "javascript:alert(1)" },
    { title: "Odd", url: 7 },
  ];
  expect(readMessage("sources", { items })).toEqual({
    type: "sources",
    items: [{ title: "Page", url: "https://shop.example/a" }, { title: "Trap" }, { title: "Odd" }],
  });
});

test("a page that was used twice is named once, pages of a PDF each", () => {
  const items = [
    { title: "Hours", url: "https://shop.example/a", text: "1" },
    { title: "Hours", url: "https://shop.example/a", text: "2" },
    { title: "Prices", page: 1 },
    { title: "Prices", page: 2 },
    "nonsense",
  ];
  const message = readMessage("sources", { items });
  expect(message?.type === "sources" && message.items).toHaveLength(3);
});

test("a card keeps the fields that have a value", () => {
  const fields = [{ label: "Name", value: "Tom" }, { label: "Fax" }, null];
  expect(say({ v: 1, type: "card", title: "Message taken", fields })).toEqual({
    type: "card",
    card: { title: "Message taken", fields: [{ label: "Name", value: "Tom" }] },
  });
});
