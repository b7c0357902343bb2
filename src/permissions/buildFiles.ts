import { createLastNameFilter, createPathPattern } from './pathPattern';
import { nameIdentity } from './nameIdentity';

/** Files that a build, an install or a test run executes, or that decide what it downloads: applied, and marked in the review. */
const patterns = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'bun.lockb',
  'bun.lock',
  'deno.json',
  'deno.jsonc',
  'build.rs',
  'Cargo.toml',
  'Cargo.lock',
  '.cargo/config*',
  'rust-toolchain*',
  '*.gradle',
  '*.gradle.kts',
  'gradlew',
  'gradlew.bat',
  'gradle-wrapper.properties',
  'pom.xml',
  'mvnw',
  'mvnw.cmd',
  '*.csproj',
  '*.fsproj',
  '*.vbproj',
  '*.vcxproj',
  '*.sln',
  'Directory.Build.*',
  'nuget.config',
  'Makefile',
  'GNUmakefile',
  '*.mk',
  'CMakeLists.txt',
  '*.cmake',
  'meson.build',
  'BUILD',
  'BUILD.bazel',
  'WORKSPACE',
  'MODULE.bazel',
  'setup.py',
  'setup.cfg',
  'pyproject.toml',
  'conftest.py',
  'requirements*.txt',
  'poetry.lock',
  'uv.lock',
  'Pipfile',
  'Pipfile.lock',
  'Gemfile',
  'Gemfile.lock',
  'Rakefile',
  '*.gemspec',
  'composer.json',
  'composer.lock',
  'go.mod',
  'go.sum',
  'Dockerfile*',
  'docker-compose*.y*ml',
  'compose.y*ml',
  'Jenkinsfile',
  'Justfile',
  'Taskfile.y*ml',
  'Vagrantfile',
  '.gitlab-ci.yml',
  '.circleci/**',
  'azure-pipelines.yml',
  'vite.config.*',
  'vitest.config.*',
  'webpack.config.*',
  'rollup.config.*',
  'esbuild.*',
  'jest.config.*',
  'babel.config.*',
  'eslint.config.*',
  '.eslintrc*',
  'gulpfile.*',
  'Gruntfile.*',
].map(createPathPattern);
const mayMatch = createLastNameFilter(patterns);

export function runsOnBuild(path: string): boolean {
  const slash = path.lastIndexOf('/');
  return runsOnBuildIn(path.slice(0, Math.max(0, slash)))(path.slice(slash + 1));
}

/** As `runsOnBuild`, for the names in one directory. */
export function runsOnBuildIn(directory: string): (name: string) => boolean {
  const above = directory === '' ? [] : directory.split('/').map(nameIdentity);
  const matches = (identities: readonly string[], name: string): boolean =>
    mayMatch(name) && patterns.some((pattern) => pattern.matches([...identities, name]));
  if (above.some((name, depth) => matches(above.slice(0, depth), name))) return () => true;
  return (name) => matches(above, nameIdentity(name));
}
