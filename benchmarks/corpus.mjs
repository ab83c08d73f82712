// Read a JSON list of [text, region] on standard input; print what libphonenumber-js finds in each, as a JSON list.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { findPhoneNumbersInText } = createRequire(process.argv[2])("libphonenumber-js/max");
const written = ({ number }) => number.number + (number.ext ? `;ext=${number.ext}` : "");
const found = JSON.parse(readFileSync(0, "utf8")).map(([text, region]) =>
  findPhoneNumbersInText(text, { defaultCountry: region, v2: true }).map(written),
);
console.log(JSON.stringify(found));
