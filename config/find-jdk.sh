# Prints the home of a JDK 25 or newer, or an error that says what to install. Sourced by instructgpt and
# .ci/run; written for the bash 3.2 that macOS has.

# jdk_is_new HOME: whether a JDK (with a compiler, not just a runtime) of 25 or newer is there. The file
# `release` tells without starting a JVM.
jdk_is_new() {
  local version
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ -n "$version" ] && [ "$version" -ge 25 ]
}

# jdk_on_path: the home of the `java` on PATH, its links followed.
jdk_on_path() {
  local file target
  file=$(command -v java) || return 0
  while [ -L "$file" ]; do
    target=$(readlink "$file")
    case $target in
      /*) file=$target ;;
      *) file=$(dirname "$file")/$target ;;
    esac
  done
  dirname "$(dirname "$file")"
}

find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" "$(jdk_on_path)" \
    /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/java/* /opt/*; do
    if [ -n "$home" ] && jdk_is_new "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  echo "instructgpt needs a JDK 25 or newer, and found none in JAVA_HOME, on PATH or in the usual places." >&2
  echo "Install one (Eclipse Temurin 25: https://adoptium.net, or \`sdk install java 25-tem\`) or set JAVA_HOME to it." >&2
  return 1
}
