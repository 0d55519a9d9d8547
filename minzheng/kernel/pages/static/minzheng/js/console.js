import './keys.js';
import './fields.js';
import './search.js';
import './frame.js';
import './ticks.js';
import './waiting.js';
