"""The system calls that student code may not make, as a program for the kernel's filter (seccomp).

A student's process may start threads but no processes. It may not touch other processes, leave its core, open sockets,
use memory that no limit counts, or reach rarely used parts of the kernel. It knows nothing of students or of the
sandbox around it.
"""

import platform
import struct

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38

CLONE_THREAD = 0x00010000
X32_BIT = 0x40000000

# Operations of the filter's machine: load a word, jump if equal / at least / any bit set, return.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Where struct seccomp_data holds the call's number, the architecture and the low half of the first argument.
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16

# Numbers that are the same on every architecture since they were added.
_NEWER = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_open": 434,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
    "memfd_secret": 447,
}

DENIED: dict[str, dict[str, int]] = {
    "x86_64": {
        "fork": 57,
        "sched_setaffinity": 203,
        "sched_setscheduler": 144,
        "sched_setattr": 314,
        "vfork": 58,
        "socket": 41,
        "shmget": 29,
        "semget": 64,
        "msgget": 68,
        "mq_open": 240,
        "memfd_create": 319,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "kcmp": 312,
        "pivot_root": 155,
        "mount": 165,
        "umount2": 166,
        "chroot": 161,
        "unshare": 272,
        "setns": 308,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "name_to_handle_at": 303,
        "open_by_handle_at": 304,
        "kexec_load": 246,
        "kexec_file_load": 320,
        "init_module": 175,
        "finit_module": 313,
        "delete_module": 176,
        "splice": 275,
        "tee": 276,
        "vmsplice": 278,
        "io_setup": 206,
        **_NEWER,
    },
    "aarch64": {
        "sched_setaffinity": 122,
        "sched_setscheduler": 119,
        "sched_setattr": 274,
        "socket": 198,
        "shmget": 194,
        "semget": 190,
        "msgget": 186,
        "mq_open": 180,
        "memfd_create": 279,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "kcmp": 272,
        "pivot_root": 41,
        "mount": 40,
        "umount2": 39,
        "chroot": 51,
        "unshare": 97,
        "setns": 268,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "bpf": 280,
        "perf_event_open": 241,
        "userfaultfd": 282,
        "name_to_handle_at": 264,
        "open_by_handle_at": 265,
        "kexec_load": 104,
        "kexec_file_load": 294,
        "init_module": 105,
        "finit_module": 273,
        "delete_module": 106,
        "vmsplice": 75,
        "splice": 76,
        "tee": 77,
        "io_setup": 0,
        **_NEWER,
    },
}
"""System calls that fail with "operation not permitted", by architecture."""

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_PRCTL = {"x86_64": 157, "aarch64": 167}
_SET_PARENT_DEATH_SIGNAL = 1


def program(machine: str | None = None) -> bytes:
    """Return the filter for a machine, by default for this one.

    `clone` is allowed for threads only; `clone3`, whose flags a filter cannot see, is said not to exist, so that the C
    library falls back on `clone`. A process cannot take back that it ends with its parent.

    Raises:
        ValueError: there is no filter for this kind of machine.
    """
    machine = machine or platform.machine()
    if machine not in DENIED:
        raise ValueError(f"machine must be one of {', '.join(map(repr, DENIED))}, got {machine!r}")
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        # The second set of numbers of this architecture would walk past the list below.
        lines += [(_AT_LEAST, 0, 1, X32_BIT), (_RETURN, 0, 0, KILL)]
    for number in sorted(DENIED[machine].values()):
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, ERRNO | EPERM)]
    lines += [
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, ERRNO | ENOSYS),
        (_EQUAL, 0, 4, _CLONE[machine]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, CLONE_THREAD),
        (_RETURN, 0, 0, ALLOW),
        (_RETURN, 0, 0, ERRNO | EPERM),
        (_EQUAL, 0, 3, _PRCTL[machine]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 0, 1, _SET_PARENT_DEATH_SIGNAL),
        (_RETURN, 0, 0, ERRNO | EPERM),
        (_RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
