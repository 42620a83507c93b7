// The npm `webdav` client over everything it can do. Usage: node walk.mjs URL NAME SECRET
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createClient } from "webdav";

const [url, username, password] = process.argv.slice(2);
const client = createClient(url, { username, password });
const step = async (name, work) => {
  await work();
  console.log(`ok ${name}`);
};
const large = randomBytes(3_000_000);
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

await step("exists", async () => {
  assert.equal(await client.exists("/"), true);
  assert.equal(await client.exists("/nothing here"), false);
});
await step("createDirectory", async () => {
  await client.createDirectory("/a/b c/été", { recursive: true });
  assert.equal((await client.stat("/a/b c/été")).type, "directory");
});
await step("putFileContents", async () => {
  assert.equal(await client.putFileContents("/a/text #1.txt", "hello"), true);
  assert.equal(await client.putFileContents("/a/text #1.txt", "other", { overwrite: false }), false);
  assert.equal(await client.putFileContents("/a/large.bin", large), true);
});
await step("getFileContents", async () => {
  assert.equal(await client.getFileContents("/a/text #1.txt", { format: "text" }), "hello");
  assert.equal(digest(await client.getFileContents("/a/large.bin")), digest(large));
});
await step("range", async () => {
  const chunks = [];
  for await (const chunk of client.createReadStream("/a/large.bin", { range: { start: 1000, end: 1999 } })) chunks.push(chunk);
  assert.deepEqual(Buffer.concat(chunks), large.subarray(1000, 2000));
});
await step("stat", async () => {
  const stat = await client.stat("/a/text #1.txt");
  assert.equal(stat.size, 5);
  assert.equal(stat.type, "file");
  assert.equal(stat.basename, "text #1.txt");
  assert.equal(stat.mime, "text/plain");
  assert.match(stat.etag, /./);
  assert.ok(Math.abs(Date.parse(stat.lastmod) - Date.now()) < 3_600_000);
});
await step("getDirectoryContents", async () => {
  const deep = await client.getDirectoryContents("/", { deep: true });
  const names = deep.map((entry) => entry.filename).sort();
  assert.deepEqual(names, ["/a", "/a/b c", "/a/b c/été", "/a/large.bin", "/a/text #1.txt"]);
  const globbed = await client.getDirectoryContents("/a", { glob: "/a/*.bin" });
  assert.deepEqual(globbed.map((entry) => entry.basename), ["large.bin"]);
});
await step("copyFile", async () => {
  await client.copyFile("/a/text #1.txt", "/a/b c/copy.txt");
  await client.copyFile("/a/b c", "/copied");
  assert.equal(await client.getFileContents("/copied/copy.txt", { format: "text" }), "hello");
  await assert.rejects(client.copyFile("/a/text #1.txt", "/copied/copy.txt", { overwrite: false }), { status: 412 });
});
await step("moveFile", async () => {
  await client.moveFile("/copied", "/moved ☂");
  assert.equal(await client.exists("/copied"), false);
  assert.equal(await client.exists("/moved ☂/copy.txt"), true);
});
await step("getQuota", async () => {
  const quota = await client.getQuota();
  assert.ok(quota.used >= large.length, JSON.stringify(quota));
});
await step("lock", async () => {
  const lock = await client.lock("/a/text #1.txt");
  await assert.rejects(client.putFileContents("/a/text #1.txt", "refused"), { status: 423 });
  await client.putFileContents("/a/text #1.txt", "with token", { headers: { If: `(<${lock.token.replace(/[<>]/g, "")}>)` } });
  await client.unlock("/a/text #1.txt", lock.token);
  await client.putFileContents("/a/text #1.txt", "free again");
});
await step("getDAVCompliance", async () => {
  const { compliance } = await client.getDAVCompliance("/");
  for (const one of ["1", "2", "3"]) assert.ok(compliance.includes(one), compliance.join());
});
await step("createWriteStream", async () => {
  await new Promise((resolve, reject) => {
    const stream = client.createWriteStream("/a/streamed.bin", {}, () => resolve());
    stream.on("error", reject);
    stream.end(large);
  });
  assert.equal((await client.stat("/a/streamed.bin")).size, large.length);
});
await step("deleteFile", async () => {
  await client.deleteFile("/a");
  await client.deleteFile("/moved ☂");
  assert.deepEqual(await client.getDirectoryContents("/"), []);
});
console.log("all of it");
