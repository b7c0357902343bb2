import { render } from 'preact';
import { App } from './app';
import { createHost } from './host';
import '@vscode/codicons/dist/codicon.css';
import './panel.css';

const root = document.getElementById('root');
if (root !== null) render(<App host={createHost()} />, root);
