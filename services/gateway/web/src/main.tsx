import { render } from 'preact';
import { takeCodeFromAddress } from './api/session.ts';
import { App } from './shell/app.tsx';
import { applyTheme } from './shell/theme.ts';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/playground.css';
import './style/models.css';
import './style/data.css';

applyTheme();
await takeCodeFromAddress();
const place = document.getElementById('app');
if (place === null) throw new Error('index.html has no place for the app');
place.replaceChildren();
render(<App />, place);
