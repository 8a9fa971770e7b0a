// The four behaviours of nhsuk-frontend that Vigil uses.
import { createAll, Button, ErrorSummary, PasswordInput, SkipLink } from "nhsuk-frontend";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
for (const component of [Button, ErrorSummary, PasswordInput, SkipLink]) createAll(component);
