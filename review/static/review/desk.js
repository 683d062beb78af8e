// Comfort only: without these files every button of the desk works the same.
import "./desk/guard.js";
import "./desk/jumps.js";
import "./desk/parts.js";
import "./desk/keys.js";
