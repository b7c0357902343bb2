import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

const room = (name) => ({ type: name, pattern: `src/${name}/**` });
const rooms = ['shared', 'agent', 'models', 'tools', 'sandbox', 'staging', 'permissions', 'editor', 'webview', 'cli'];
const inner = rooms.filter((name) => name !== 'webview' && name !== 'editor' && name !== 'cli');
const allow = {
  shared: [],
  agent: [],
  models: ['agent'],
  tools: ['agent', 'sandbox'],
  sandbox: ['staging'],
  staging: ['permissions'],
  permissions: [],
  editor: inner,
  webview: [],
  cli: inner,
};
/** What the two programs' first files may import. */
const allowFiles = { cli: ['cli', ...inner], extension: ['editor', 'shared'] };
const to = (types) => types.map((type) => ({ to: { element: { type } } }));

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'node_modules/**', 'guests/**', 'test/fixtures/**', '.vscode-test/**'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries },
    settings: {
      'boundaries/include': ['src/**/*'],
      'boundaries/elements': rooms.map(room),
      'boundaries/files': Object.keys(allowFiles).map((category) => ({ category, pattern: `src/${category}.ts` })),
      'import/resolver': { typescript: { alwaysTryTypes: true } },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [
            ...Object.entries(allow).map(([type, types]) => ({ from: { element: { type } }, allow: to([type, 'shared', ...types]) })),
            ...Object.entries(allowFiles).map(([categories, types]) => ({ from: { file: { categories } }, allow: to(types) })),
          ],
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
