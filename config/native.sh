# How libtorch computes: threads, matrix library, memory. Sourced by instructgpt and bench/run before they start the
# JVM; written for the bash 3.2 that macOS has. Whatever the environment says already is left as it is.
#
# prepare_native CLASSPATH ARGUMENT...: exports the variables and sets the array native_options, flags of the JVM.
# CLASSPATH is a file that names the jars; the arguments are those of the command.

prepare_native() {
  native_options=()
  # One pool of threads, libtorch's (GNU OpenMP), whichever library multiplies: MKL on Intel's processors, OpenBLAS on
  # AMD's, where MKL does without the fast instructions (docs/benchmarks.md). Its threads look for work for a moment before
  # they sleep, since the next operation comes within microseconds, but not for ever, since others want to compute too.
  # Two pools that wait so take the cores from each other: a step is then 10 to 30 times slower. So of all programs only one
  # waits so at a time, and none that runs for long and computes little or nothing.
  local blas=openblas
  if grep -qs '/mkl-[^/]*-redist\.jar' "$1" && ! grep -qs AuthenticAMD /proc/cpuinfo; then
    blas=mkl
  fi
  blas=${INSTRUCTGPT_BLAS:-$blas}
  if [ "$blas" = mkl ]; then
    native_options+=(-Dorg.bytedeco.openblas.load=mkl)
    export MKL_THREADING_LAYER=${MKL_THREADING_LAYER:-GNU}
  elif grep -qs AuthenticAMD /proc/cpuinfo; then
    # OpenBLAS takes older kernels on AMD's newest processors and slower ones on the others. An inherited
    # OPENBLAS_CORETYPE is often that of another machine and not for us; INSTRUCTGPT_CORETYPE is.
    local core=HASWELL
    if grep -qs avx512f /proc/cpuinfo; then
      core=SKYLAKEX
    fi
    export OPENBLAS_CORETYPE=${INSTRUCTGPT_CORETYPE:-$core}
  fi
  # The library's warnings about other ranks come with its own stack; what a person needs is in our message.
  export TORCH_CPP_LOG_LEVEL=${TORCH_CPP_LOG_LEVEL:-ERROR}
  export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}
  if [ -z "${GOMP_SPINCOUNT+set}" ]; then
    GOMP_SPINCOUNT=0
    case ${2:-} in
      studio | labelers | import | export | curate | backup | erase) ;;
      *) if is_the_one_that_spins; then GOMP_SPINCOUNT=10000; fi ;;
    esac
  fi
  export GOMP_SPINCOUNT
  # glibc gives large blocks back to the kernel at once, and a step then pays for fresh pages again and again. Only the
  # first of its arenas holds blocks beyond 64 MB, so there is but one (docs/benchmarks.md).
  if [ -z "${GLIBC_TUNABLES+set}" ] && getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
    export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456:glibc.malloc.arena_max=1
  fi
}

# Whether no other program of this user spins. The answer holds for as long as the JVM lives, which inherits the lock; where
# locks cannot be had nobody asks for them.
is_the_one_that_spins() {
  local folder=${XDG_RUNTIME_DIR:-${TMPDIR:-/tmp}}
  if ! command -v flock >/dev/null || [ ! -w "$folder" ]; then
    return 0
  fi
  exec 9>>"$folder/instructgpt-$(id -u).spins" && flock --nonblock 9
}
