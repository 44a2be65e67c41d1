# How libtorch computes: threads, matrix library, memory. Sourced by instructgpt and bench/run before they start the
# JVM; written for the bash 3.2 that macOS has. Whatever the environment says already is left as it is.
#
# prepare_native CLASSPATH ARGUMENT...: exports the variables and sets the array native_options, flags of the JVM.
# CLASSPATH is a file that names the jars; the arguments are those of the command.

prepare_native() {
  native_options=()
  # One pool of threads: MKL, too, computes on the pool of libtorch (GNU OpenMP). Its threads look for work for a moment before
  # they sleep, since the next operation comes within microseconds, but not for ever, since others want to compute too.
  # Two pools that wait so take the cores from each other: a step is then 10 to 30 times slower. So of all programs only one
  # waits so at a time, and none that runs for long and computes little or nothing.
  local blas=openblas
  if grep -qs '/mkl-[^/]*-redist\.jar' "$1"; then # Intel's processors and those of its kind
    blas=mkl
  fi
  # On AMD's processors with AVX-512 MKL multiplies float32 at half the speed of OpenBLAS, which has a pool of its own
  # (docs/benchmarks.md). There a model computes in bfloat16 unless float32 is asked for, and only then it is worth it.
  if grep -qs AuthenticAMD /proc/cpuinfo && grep -qs avx512f /proc/cpuinfo; then
    case " $* " in
      *[\ =]float32\ *)
        blas=openblas
        # An inherited OPENBLAS_CORETYPE, often that of an older processor, is not for us; INSTRUCTGPT_CORETYPE is.
        export OPENBLAS_CORETYPE=${INSTRUCTGPT_CORETYPE:-SKYLAKEX}
        ;;
    esac
  fi
  blas=${INSTRUCTGPT_BLAS:-$blas}
  export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}
  if [ "$blas" = mkl ]; then
    native_options+=(-Dorg.bytedeco.openblas.load=mkl)
    export MKL_THREADING_LAYER=${MKL_THREADING_LAYER:-GNU}
    if [ -z "${GOMP_SPINCOUNT+set}" ]; then
      GOMP_SPINCOUNT=0
      case ${2:-} in
        studio | labelers | import | export | curate | backup | erase) ;;
        *) if is_the_one_that_spins; then GOMP_SPINCOUNT=10000; fi ;;
      esac
    fi
    export GOMP_SPINCOUNT
  fi
  # glibc gives large blocks back to the kernel at once, and a step then pays for fresh pages again and again.
  if [ -z "${GLIBC_TUNABLES+set}" ] && getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
    export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456
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
