import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

const room = (name) => ({ type: name, pattern: `src/${name}/**` });
const rooms = ['shared', 'agent', 'models', 'tools', 'sandbox', 'staging', 'permissions', 'editor', 'webview'];
const allow = {
  shared: [],
  agent: [],
  models: ['agent'],
  tools: ['agent', 'sandbox'],
  sandbox: ['staging'],
  staging: ['permissions'],
  permissions: [],
  editor: rooms.filter((name) => name !== 'webview'),
  webview: [],
  cli: rooms.filter((name) => name !== 'webview' && name !== 'editor'),
  extension: ['editor'],
};

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'node_modules/**', 'guests/**', 'test/fixtures/**', '.vscode-test/**'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries },
    settings: {
      'boundaries/include': ['src/**/*'],
      'boundaries/elements': [
        ...rooms.map(room),
        { type: 'cli', pattern: 'src/cli.ts', partialMatch: false },
        { type: 'extension', pattern: 'src/extension.ts', partialMatch: false },
      ],
      'import/resolver': { typescript: { alwaysTryTypes: true } },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: Object.entries(allow).map(([from, to]) => ({
            from: { element: { type: from } },
            allow: [from, 'shared', ...to].map((type) => ({ to: { element: { type } } })),
          })),
        },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', message: 'vscode belongs to editor/, sandbox/vscodeWasi/ and extension.ts' }] },
      ],
    },
  },
  {
    files: ['src/editor/**', 'src/sandbox/vscodeWasi/**', 'src/extension.ts', 'test/integration/**', 'test/support/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
