// fork() and copy-on-write of the kernel that runs here, one command a line.
//
// A broker reads commands from standard input and answers each with one line on standard output:
//
//   ok WORD=VALUE ...    done
//   no EFAULT ...        refused by the kernel, with its errno, or SIGSEGV or SIGBUS
//   bad ...              the line makes no sense
//
// Modelled processes are processes, each forked by its modelled parent. To the kernel all are children of the broker
// (CLONE_PARENT), which can wait for each of them; copying of memory does not depend on it. They do what the broker asks
// through a socket each, and it looks at their page tables from outside (/proc/PID/pagemap).
// One region is observed, at the same address in all. What else is in a process's memory is its own affair.
// All run on one CPU: pages that another CPU keeps in its lists of new pages have a reference too many, and are copied.
// When standard input ends, or the broker, all end.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

enum {
    PAGE = 4096,
    PAGES = 512,
    PROCESSES = 16,
    PINS = 16,
    FILES = 8,
    BYTES = 64 << 10, // the most that one command loads, stores or pins
    PIPE_BYTES = 256 << 10,
    STACK_BYTES = 32 << 10,
    LAST_WORDS_MS = 2000,
};

// Files that all processes hold under the same numbers, so that they are known after exec as well.
enum {
    FD_IN = 20, // above those that are open for a moment
    FD_OUT,
    FD_SCRATCH_READ,
    FD_SCRATCH_WRITE,
    FD_CHANNEL, // the end of each process
    FD_BROKER = FD_CHANNEL + PROCESSES,
    FD_PIPE_READ = FD_BROKER + PROCESSES,
    FD_PIPE_WRITE = FD_PIPE_READ + PINS,
    FD_RING = FD_PIPE_WRITE + PINS,
    FD_FILE = FD_RING + PINS,
    FD_FILE_READONLY = FD_FILE + FILES,
};

// Below the lowest address at which x86-64 and arm64 put programs, stacks and libraries, and far from all of them.
static const uintptr_t base = 0x200000000000;

static pid_t broker;

// As Pattern.At in Model/Pattern.cs.
static uint8_t pattern(uint32_t seed, uint32_t i)
{
    return (uint8_t)((i + 1) * (2 * seed + 1) + seed * 29);
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "linux-cow: %s: %s\n", what, strerror(errno));
    exit(1);
}

// ---- A modelled process ---------------------------------------------------------------------------------------------

enum act { STORE, LOAD, MMAP, MUNMAP, MPROTECT, MADVISE, FORK, VFORK, EXEC, EXEC_MISSING, EXIT, VMSPLICE, REGISTER };

struct request {
    enum act act;
    uint32_t seed;
    uint64_t address;
    uint64_t length;
    int fd;
    uint64_t offset;
    int prot;
    int flags;
    int advice;
    int child;
};

struct answer {
    struct outcome {
        int error;
        int signal;
        uint32_t done;
        pid_t pid;
    } outcome;
    uint8_t bytes[BYTES];
};

// Those who share them after vfork() do not run at the same time.
static sigjmp_buf faulted;
static volatile bool is_accessing;
static volatile uint32_t done;
static struct answer reply;

static _Noreturn void serve(int self);

static void on_fault(int number)
{
    if (!is_accessing) {
        signal(number, SIG_DFL); // It happens again, and ends us.
        return;
    }
    siglongjmp(faulted, number);
}

static void catch_faults(void)
{
    struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

static void answer(int self, size_t bytes)
{
    size_t length = offsetof(struct answer, bytes) + bytes;
    if (send(FD_CHANNEL + self, &reply, length, 0) != (ssize_t)length)
        _exit(1);
}

static void answer_error(int self, int error)
{
    reply.outcome = (struct outcome){ .error = error };
    answer(self, 0);
}

// Its first words. The death signal does not pass through fork(): the broker may have died before it is set.
static void begin(int self)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != broker)
        _exit(1);
    reply.outcome = (struct outcome){ .pid = getpid() };
    answer(self, 0);
}

static void access_bytes(int self, const struct request *r)
{
    volatile uint8_t *bytes = (volatile uint8_t *)(uintptr_t)r->address;
    reply.outcome = (struct outcome){ 0 };
    done = 0;
    is_accessing = true;
    reply.outcome.signal = sigsetjmp(faulted, 0);
    if (reply.outcome.signal == 0) {
        for (; done < r->length; done = done + 1) {
            if (r->act == STORE)
                bytes[done] = pattern(r->seed, done);
            else
                reply.bytes[done] = bytes[done];
        }
    }
    is_accessing = false;
    reply.outcome.done = done;
    answer(self, r->act == LOAD ? done : 0);
}

static int map(const struct request *r)
{
    void *address = (void *)(uintptr_t)r->address;
    void *mapped = mmap(address, r->length, r->prot, r->flags | MAP_FIXED_NOREPLACE, r->fd, (off_t)r->offset);
    if (mapped == MAP_FAILED)
        return errno;
    if (mapped != address) {
        // A kernel that does not know MAP_FIXED_NOREPLACE.
        munmap(mapped, r->length);
        return EEXIST;
    }
    madvise(address, r->length, MADV_NOHUGEPAGE);
    return 0;
}

static int vfork_child(void *self)
{
    begin((int)(intptr_t)self);
    serve((int)(intptr_t)self);
}

// It returns when the child has a memory of its own, or none. A stack of the child's number would not do: where it forks,
// that child lives on a copy of it.
static void bear_and_wait(int child)
{
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED || clone(vfork_child, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | CLONE_PARENT | SIGCHLD, (void *)(intptr_t)child) < 0)
        answer_error(child, errno);
    if (stack != MAP_FAILED)
        munmap(stack, STACK_BYTES);
}

static int exec_missing(void)
{
    char *const words[] = { "missing", NULL };
    execve("/proc/self/missing", words, environ);
    return errno;
}

static int exec_self(int self)
{
    char number[16], parent[16];
    snprintf(number, sizeof number, "%d", self);
    snprintf(parent, sizeof parent, "%d", broker);
    char *const words[] = { "linux-cow", number, parent, NULL };
    execve("/proc/self/exe", words, environ);
    return errno;
}

// Puts references to pages into a pipe: all of them, or the broker empties it.
static void splice_pages(int self, const struct request *r)
{
    reply.outcome = (struct outcome){ 0 };
    while (reply.outcome.done < r->length && reply.outcome.error == 0) {
        struct iovec rest = { (void *)(uintptr_t)(r->address + reply.outcome.done), r->length - reply.outcome.done };
        ssize_t count = vmsplice(r->fd, &rest, 1, SPLICE_F_NONBLOCK);
        reply.outcome.error = count < 0 ? errno : 0;
        reply.outcome.done += count < 0 ? 0 : (uint32_t)count;
    }
    answer(self, 0);
}

static int register_buffer(int ring, uint64_t address, uint64_t length)
{
    struct iovec buffer = { (void *)(uintptr_t)address, length };
    return syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1) < 0 ? errno : 0;
}

static _Noreturn void serve(int self)
{
    for (;;) {
        struct request r;
        if (recv(FD_CHANNEL + self, &r, sizeof r, 0) != sizeof r)
            _exit(1);
        void *address = (void *)(uintptr_t)r.address;
        switch (r.act) {
        case STORE:
        case LOAD:
            access_bytes(self, &r);
            break;
        case MMAP:
            answer_error(self, map(&r));
            break;
        case MUNMAP:
            answer_error(self, munmap(address, r.length) ? errno : 0);
            break;
        case MPROTECT:
            answer_error(self, mprotect(address, r.length, r.prot) ? errno : 0);
            break;
        case MADVISE:
            answer_error(self, madvise(address, r.length, r.advice) ? errno : 0);
            break;
        case FORK: {
            long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
            if (child == 0) {
                self = r.child;
                begin(self);
            } else if (child < 0) {
                answer_error(r.child, errno);
            }
            break;
        }
        case VFORK:
            bear_and_wait(r.child);
            break;
        case EXEC:
            answer_error(self, exec_self(self));
            break;
        case EXEC_MISSING:
            answer_error(self, exec_missing());
            break;
        case EXIT:
            _exit(0);
        case VMSPLICE:
            splice_pages(self, &r);
            break;
        case REGISTER:
            answer_error(self, register_buffer(r.fd, r.address, r.length));
            break;
        }
    }
}

// ---- The broker: what it knows --------------------------------------------------------------------------------------

static struct process {
    pid_t pid; // 0: there is none
    int pidfd;
    int pagemap;
    int waits_for; // the child of its vfork(), or -1
} processes[PROCESSES];

static struct pin {
    enum { UNUSED, GET, PIN } method;
    uint64_t address;
    uint32_t count;
} pins[PINS];

static struct ring {
    int error; // why there is none
    unsigned *sq_tail, *sq_array, sq_mask;
    unsigned *cq_head, *cq_tail, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
} rings[PINS];

static bool has_file[FILES];
static uint64_t zero_pfn;
static int cpu;
static FILE *in, *out;

static const char *name_of(int error)
{
    static const struct { int error; const char *name; } names[] = {
        { EPERM, "EPERM" }, { ENOENT, "ENOENT" }, { ESRCH, "ESRCH" }, { EIO, "EIO" }, { EBADF, "EBADF" }, { EAGAIN, "EAGAIN" }, { ENOMEM, "ENOMEM" },
        { EACCES, "EACCES" }, { EFAULT, "EFAULT" }, { EBUSY, "EBUSY" }, { EEXIST, "EEXIST" }, { ENODEV, "ENODEV" }, { EINVAL, "EINVAL" }, { EMFILE, "EMFILE" },
        { ENFILE, "ENFILE" }, { ENOSYS, "ENOSYS" }, { EOPNOTSUPP, "EOPNOTSUPP" }, { EOVERFLOW, "EOVERFLOW" }, { ENXIO, "ENXIO" }, { ETXTBSY, "ETXTBSY" },
        { ENOTTY, "ENOTTY" }, { EPIPE, "EPIPE" }, { ENOSPC, "ENOSPC" }, { EFBIG, "EFBIG" }, { EINTR, "EINTR" },
    };
    static char number[16];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].error == error)
            return names[i].name;
    snprintf(number, sizeof number, "E%d", error);
    return number;
}

static const char *name_of_signal(int number)
{
    static char text[16];
    if (number == SIGSEGV || number == SIGBUS || number == SIGKILL)
        return number == SIGSEGV ? "SIGSEGV" : number == SIGBUS ? "SIGBUS" : "SIGKILL";
    snprintf(text, sizeof text, "SIG%d", number);
    return text;
}

static void say(int error)
{
    if (error == 0)
        fprintf(out, "ok\n");
    else
        fprintf(out, "no %s\n", name_of(error));
}

static void print_bytes(const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    fputs(" bytes=", out);
    for (size_t i = 0; i < count; i++) {
        putc_unlocked(digits[bytes[i] >> 4], out);
        putc_unlocked(digits[bytes[i] & 15], out);
    }
}

// ---- Page tables, seen from outside. kernel: Documentation/admin-guide/mm/pagemap.rst -------------------------------

struct states {
    size_t count;
    uint64_t entries[BYTES / PAGE + 1];
};

static int open_proc(pid_t pid, const char *file, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    return open(path, flags | O_CLOEXEC);
}

static void read_entries(int pagemap, uint64_t address, size_t count, uint64_t *entries)
{
    memset(entries, 0, count * sizeof *entries);
    if (pread(pagemap, entries, count * sizeof *entries, (off_t)(address / PAGE * sizeof *entries)) < 0)
        memset(entries, 0, count * sizeof *entries);
}

static struct states states_of(int process, uint64_t address, uint64_t length)
{
    struct states states = { .count = (address + length - 1) / PAGE - address / PAGE + 1 };
    read_entries(processes[process].pagemap, address, states.count, states.entries);
    return states;
}

static uint64_t pfn_of(uint64_t entry)
{
    return entry & ((1ull << 55) - 1);
}

// none, swap, zero for the page of zeroes that all share, or the number of the page frame: 0 where it is hidden.
static void print_state(uint64_t entry)
{
    if (entry >> 63 == 0)
        fputs(entry >> 62 & 1 ? "swap" : "none", out);
    else if (pfn_of(entry) != 0 && pfn_of(entry) == zero_pfn)
        fputs("zero", out);
    else
        fprintf(out, "%" PRIx64, pfn_of(entry));
}

static void print_states(const char *when, const struct states *states)
{
    fprintf(out, " %s=", when);
    for (size_t i = 0; i < states->count; i++) {
        if (i > 0)
            putc(',', out);
        print_state(states->entries[i]);
    }
}

// What the last request to a process came to: print it, and how it changed the page table.
static void say_access(int error, int signal, uint32_t count, const struct states *before, const struct states *after)
{
    if (error != 0 || signal != 0)
        fprintf(out, "no %s done=%u", signal != 0 ? name_of_signal(signal) : name_of(error), count);
    else
        fputs("ok", out);
    print_states("before", before);
    print_states("after", after);
}

// ---- The broker: processes ------------------------------------------------------------------------------------------

static void wake_vfork_parent(int child)
{
    for (int i = 0; i < PROCESSES; i++)
        if (processes[i].pid != 0 && processes[i].waits_for == child)
            processes[i].waits_for = -1;
}

// It has no memory any more: exit_mm() comes before a process can be waited for.
static int reap(int process)
{
    struct process *p = &processes[process];
    int status = 0;
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (p->pidfd >= 0)
        close(p->pidfd);
    close(p->pagemap);
    *p = (struct process){ 0 };
    wake_vfork_parent(process);
    return status;
}

static void reset(void)
{
    for (int i = 0; i < PROCESSES; i++)
        if (processes[i].pid != 0)
            kill(processes[i].pid, SIGKILL);
    for (int i = 0; i < PROCESSES; i++) {
        if (processes[i].pid != 0)
            reap(i);
        while (recv(FD_BROKER + i, &reply, sizeof reply, MSG_DONTWAIT) > 0 || recv(FD_CHANNEL + i, &reply, sizeof reply, MSG_DONTWAIT) > 0) {
        }
    }
}

// The next answer on a process's channel. While we wait, `watched` may die, and standard input may end: then only last words are waited for.
static bool hear(int process, int watched)
{
    struct pollfd fds[] = {
        { .fd = FD_BROKER + process, .events = POLLIN },
        { .fd = processes[watched].pid != 0 ? processes[watched].pidfd : -1, .events = POLLIN },
        { .fd = FD_IN, .events = POLLRDHUP },
    };
    int patience = -1;
    for (;;) {
        int ready = poll(fds, 3, patience);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            reset();
            exit(1);
        }
        if (fds[0].revents != 0)
            return recv(FD_BROKER + process, &reply, sizeof reply, 0) >= (ssize_t)offsetof(struct answer, bytes);
        if (fds[1].revents != 0) {
            int status = reap(watched);
            fprintf(out, "bad process %d has died of %s\n", watched, WIFSIGNALED(status) ? name_of_signal(WTERMSIG(status)) : "its exit");
            return false;
        }
        if (fds[2].revents != 0) {
            fds[2].fd = -1;
            patience = LAST_WORDS_MS;
        }
    }
}

static bool ask(int process, const struct request *request)
{
    if (send(FD_BROKER + process, request, sizeof *request, 0) != sizeof *request)
        die("a channel is broken");
    return hear(process, process);
}

// Takes a process up after its first words.
static void adopt(int process)
{
    struct process *p = &processes[process];
    if (p->pid != 0)
        close(p->pagemap);
    else
        p->pidfd = (int)syscall(SYS_pidfd_open, reply.outcome.pid, 0);
    p->pid = reply.outcome.pid;
    p->waits_for = -1;
    p->pagemap = open_proc(p->pid, "pagemap", O_RDONLY);
}

// ---- The broker: references and pins --------------------------------------------------------------------------------

// Bytes go through the pages that the ring has pinned, to or from a file.
static int transfer(int pin, int opcode, int fd)
{
    struct ring *r = &rings[pin];
    unsigned tail = *r->sq_tail, slot = tail & r->sq_mask;
    r->sqes[slot] = (struct io_uring_sqe){ .opcode = (uint8_t)opcode, .fd = fd, .addr = pins[pin].address, .len = pins[pin].count };
    r->sq_array[slot] = slot;
    __atomic_store_n(r->sq_tail, tail + 1, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, FD_RING + pin, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
        return errno;
    unsigned head = *r->cq_head;
    if (head == __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE))
        return EIO;
    int result = r->cqes[head & r->cq_mask].res;
    __atomic_store_n(r->cq_head, head + 1, __ATOMIC_RELEASE);
    return result < 0 ? -result : result == (int)pins[pin].count ? 0 : EIO;
}

static ssize_t read_all(int fd, uint8_t *bytes, size_t length)
{
    size_t count = 0;
    ssize_t got;
    while (count < length && (got = read(fd, bytes + count, length - count)) > 0)
        count += (size_t)got;
    return (ssize_t)count;
}

static void drain(int fd)
{
    static uint8_t waste[BYTES];
    while (read(fd, waste, sizeof waste) > 0) {
    }
}

static int release(int pin)
{
    int error = 0;
    if (pins[pin].method == GET)
        drain(FD_PIPE_READ + pin);
    else if (syscall(SYS_io_uring_register, FD_RING + pin, IORING_UNREGISTER_BUFFERS, NULL, 0) < 0)
        error = errno;
    pins[pin].method = UNUSED;
    return error;
}

static int make_ring(struct ring *r, int at)
{
    struct io_uring_params params = { 0 };
    int fd = (int)syscall(SYS_io_uring_setup, 1, &params);
    if (fd < 0)
        return errno;
    // Not close-on-exec, which it comes with.
    if (dup2(fd, at) < 0)
        die("dup2");
    close(fd);
    if (!(params.features & IORING_FEAT_SINGLE_MMAP))
        return ENOSYS;
    size_t sq = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    size_t cq = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    size_t size = sq > cq ? sq : cq, sqes = params.sq_entries * sizeof(struct io_uring_sqe);
    uint8_t *queues = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, at, IORING_OFF_SQ_RING);
    r->sqes = mmap(NULL, sqes, PROT_READ | PROT_WRITE, MAP_SHARED, at, IORING_OFF_SQES);
    if (queues == MAP_FAILED || r->sqes == MAP_FAILED)
        return errno;
    madvise(queues, size, MADV_DONTFORK);
    madvise(r->sqes, sqes, MADV_DONTFORK);
    r->sq_tail = (unsigned *)(queues + params.sq_off.tail);
    r->sq_array = (unsigned *)(queues + params.sq_off.array);
    r->sq_mask = *(unsigned *)(queues + params.sq_off.ring_mask);
    r->cq_head = (unsigned *)(queues + params.cq_off.head);
    r->cq_tail = (unsigned *)(queues + params.cq_off.tail);
    r->cq_mask = *(unsigned *)(queues + params.cq_off.ring_mask);
    r->cqes = (struct io_uring_cqe *)(queues + params.cq_off.cqes);
    return 0;
}

// ---- Commands -------------------------------------------------------------------------------------------------------

typedef const int64_t *words;

static char *hex; // the last word of `filehex`

static void do_start(words w)
{
    int process = (int)w[0];
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        close(FD_IN);
        close(FD_OUT);
        catch_faults();
        begin(process);
        serve(process);
    }
    if (pid < 0) {
        say(errno);
    } else if (hear(process, process)) {
        adopt(process);
        say(0);
    }
}

static void do_mmap(words w)
{
    bool is_file = w[5] >= 0;
    struct request r = {
        .act = MMAP, .address = base + (uint64_t)w[1] * PAGE, .length = (uint64_t)w[2] * PAGE, .prot = (int)w[3],
        .flags = (w[4] == 'p' ? MAP_PRIVATE : MAP_SHARED) | (is_file ? 0 : MAP_ANONYMOUS),
        .fd = !is_file ? -1 : (int)((w[4] == 'd' ? FD_FILE_READONLY : FD_FILE) + w[5]),
        .offset = (uint64_t)w[6] * PAGE,
    };
    if (w[4] == 'd' && !is_file)
        fprintf(out, "bad shared_rdonly is for files\n");
    else if (ask((int)w[0], &r))
        say(reply.outcome.error);
}

static void ask_about_pages(words w, struct request r)
{
    r.address = base + (uint64_t)w[1] * PAGE;
    r.length = (uint64_t)w[2] * PAGE;
    if (ask((int)w[0], &r))
        say(reply.outcome.error);
}

static void do_munmap(words w)
{
    ask_about_pages(w, (struct request){ .act = MUNMAP });
}

static void do_mprotect(words w)
{
    ask_about_pages(w, (struct request){ .act = MPROTECT, .prot = (int)w[3] });
}

static void do_dontneed(words w)
{
    ask_about_pages(w, (struct request){ .act = MADVISE, .advice = MADV_DONTNEED });
}

static void do_pageout(words w)
{
    ask_about_pages(w, (struct request){ .act = MADVISE, .advice = MADV_PAGEOUT });
}

static void access_region(words w, struct request r)
{
    int process = (int)w[0];
    r.address = base + (uint64_t)w[1];
    r.length = (uint64_t)w[2];
    struct states before = states_of(process, r.address, r.length);
    if (!ask(process, &r))
        return;
    struct states after = states_of(process, r.address, r.length);
    say_access(reply.outcome.error, reply.outcome.signal, reply.outcome.done, &before, &after);
    if (r.act == LOAD && reply.outcome.signal == 0)
        print_bytes(reply.bytes, reply.outcome.done);
    putc('\n', out);
}

static void do_store(words w)
{
    access_region(w, (struct request){ .act = STORE, .seed = (uint32_t)w[3] });
}

static void do_load(words w)
{
    access_region(w, (struct request){ .act = LOAD });
}

// kernel: mem_rw(), with FOLL_FORCE.
static void do_poke(words w)
{
    static uint8_t bytes[BYTES];
    int process = (int)w[0], error = 0;
    uint64_t address = base + (uint64_t)w[1], count = (uint64_t)w[2], written = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = pattern((uint32_t)w[3], i);
    struct states before = states_of(process, address, count);
    int memory = open_proc(processes[process].pid, "mem", O_RDWR);
    if (memory < 0) {
        error = errno;
    } else {
        while (written < count && error == 0) {
            ssize_t now = pwrite(memory, bytes + written, count - written, (off_t)(address + written));
            error = now > 0 ? 0 : now == 0 ? EIO : errno;
            written += now > 0 ? (uint64_t)now : 0;
        }
        close(memory);
    }
    struct states after = states_of(process, address, count);
    say_access(error, 0, (uint32_t)written, &before, &after);
    putc('\n', out);
}

static void bear(words w, enum act act)
{
    int parent = (int)w[0], child = (int)w[1];
    struct request r = { .act = act, .child = child };
    if (send(FD_BROKER + parent, &r, sizeof r, 0) != sizeof r)
        die("a channel is broken");
    if (!hear(child, parent))
        return;
    if (reply.outcome.error == 0) {
        adopt(child);
        processes[parent].waits_for = act == VFORK ? child : -1;
    }
    say(reply.outcome.error);
}

static void do_fork(words w)
{
    bear(w, FORK);
}

static void do_vfork(words w)
{
    bear(w, VFORK);
}

static void do_exec(words w)
{
    int process = (int)w[0];
    struct request r = { .act = EXEC };
    if (!ask(process, &r))
        return;
    if (reply.outcome.error == 0) {
        adopt(process);
        wake_vfork_parent(process);
    }
    say(reply.outcome.error);
}

static void do_execfail(words w)
{
    struct request r = { .act = EXEC_MISSING };
    if (ask((int)w[0], &r))
        say(reply.outcome.error);
}

static void do_exit(words w)
{
    struct request r = { .act = EXIT };
    if (send(FD_BROKER + w[0], &r, sizeof r, 0) != sizeof r)
        die("a channel is broken");
    reap((int)w[0]);
    say(0);
}

// A plain reference is taken for reading, io_uring's pin for writing; the kernel has no long-lived ones the other way round for everybody.
static void do_pin(words w)
{
    int process = (int)w[0], pin = (int)w[1];
    bool is_get = w[5] == 'g';
    struct request r = {
        .act = is_get ? VMSPLICE : REGISTER, .fd = is_get ? FD_PIPE_WRITE + pin : FD_RING + pin,
        .address = base + (uint64_t)w[2], .length = (uint64_t)w[3],
    };
    if (!is_get && rings[pin].error != 0) {
        say(rings[pin].error);
        return;
    }
    if ((w[4] == 'r') != is_get) {
        say(EOPNOTSUPP);
        return;
    }
    struct states before = states_of(process, r.address, r.length);
    if (!ask(process, &r))
        return;
    struct states after = states_of(process, r.address, r.length);
    if (reply.outcome.error == 0)
        pins[pin] = (struct pin){ is_get ? GET : PIN, r.address, (uint32_t)r.length };
    else if (is_get)
        drain(FD_PIPE_READ + pin);
    say_access(reply.outcome.error, 0, reply.outcome.done, &before, &after);
    putc('\n', out);
}

static void do_peek(words w)
{
    int pin = (int)w[0], error = 0;
    uint32_t count = pins[pin].count;
    if (pins[pin].method == PIN)
        error = transfer(pin, IORING_OP_WRITE_FIXED, FD_SCRATCH_WRITE);
    else if (tee(FD_PIPE_READ + pin, FD_SCRATCH_WRITE, count, SPLICE_F_NONBLOCK) < 0)
        error = errno;
    if (error == 0 && read_all(FD_SCRATCH_READ, reply.bytes, count) != (ssize_t)count)
        error = EIO;
    if (error != 0) {
        drain(FD_SCRATCH_READ);
        say(error);
        return;
    }
    fputs("ok", out);
    print_bytes(reply.bytes, count);
    putc('\n', out);
}

static void do_dma(words w)
{
    int pin = (int)w[0];
    uint32_t count = pins[pin].count;
    if (pins[pin].method != PIN) {
        say(EOPNOTSUPP);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        reply.bytes[i] = pattern((uint32_t)w[1], i);
    int error = write(FD_SCRATCH_WRITE, reply.bytes, count) != (ssize_t)count ? EIO : transfer(pin, IORING_OP_READ_FIXED, FD_SCRATCH_READ);
    drain(FD_SCRATCH_READ);
    say(error);
}

static void do_unpin(words w)
{
    say(release((int)w[0]));
}

static int fill_file(int file, size_t length, const uint8_t *bytes)
{
    if (ftruncate(FD_FILE + file, (off_t)length) < 0)
        return errno;
    ssize_t count = pwrite(FD_FILE + file, bytes, length, 0);
    has_file[file] = count == (ssize_t)length;
    return has_file[file] ? 0 : count < 0 ? errno : EIO;
}

static uint8_t contents[PAGES * PAGE];

static void do_file(words w)
{
    for (uint32_t i = 0; i < w[1]; i++)
        contents[i] = pattern((uint32_t)w[2], i);
    say(fill_file((int)w[0], (size_t)w[1], contents));
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void do_filehex(words w)
{
    size_t length = strlen(hex) / 2;
    for (size_t i = 0; i < length; i++) {
        int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            fprintf(out, "bad bytes: two digits 0-9a-f each\n");
            return;
        }
        contents[i] = (uint8_t)(high << 4 | low);
    }
    say(fill_file((int)w[0], length, contents));
}

static void do_pread(words w)
{
    ssize_t count = pread(FD_FILE + (int)w[0], reply.bytes, (size_t)w[2], (off_t)w[1]);
    if (count < 0) {
        say(errno);
        return;
    }
    fputs("ok", out);
    print_bytes(reply.bytes, (size_t)count);
    putc('\n', out);
}

static void do_pwrite(words w)
{
    for (uint32_t i = 0; i < w[2]; i++)
        reply.bytes[i] = pattern((uint32_t)w[3], i);
    ssize_t count = pwrite(FD_FILE + (int)w[0], reply.bytes, (size_t)w[2], (off_t)w[1]);
    say(count < 0 ? errno : count == w[2] ? 0 : EIO);
}

// What is mapped says /proc/PID/maps, which is in the order of addresses.
static void do_state(words w)
{
    struct process *p = &processes[w[0]];
    static uint64_t entries[PAGES];
    read_entries(p->pagemap, base, PAGES, entries);
    int fd = open_proc(p->pid, "maps", O_RDONLY);
    FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");
    if (maps == NULL) {
        say(errno);
        return;
    }
    fputs("ok", out);
    char line[512], permissions[5];
    uint64_t first, end;
    while (fgets(line, sizeof line, maps) != NULL && sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &first, &end, permissions) == 3 && first < base + PAGES * PAGE) {
        for (uint64_t page = (first - base) / PAGE; first >= base && page < (end - base) / PAGE && page < PAGES; page++) {
            fprintf(out, " %" PRIu64 ":%s:", page, permissions);
            print_state(entries[page]);
        }
    }
    putc('\n', out);
    fclose(maps);
}

static void do_stats(words w)
{
    char text[1024];
    int fd = open_proc(processes[w[0]].pid, "stat", O_RDONLY);
    ssize_t count = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (count < 0) {
        say(error);
        return;
    }
    text[count] = 0;
    unsigned long faults = 0;
    const char *fields = strrchr(text, ')');
    if (fields == NULL || sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %lu", &faults) != 1)
        say(EIO);
    else
        fprintf(out, "ok minflt=%lu\n", faults);
}

static void do_reset(words w)
{
    (void)w;
    reset();
    for (int i = 0; i < PINS; i++)
        if (pins[i].method != UNUSED)
            release(i);
    for (int i = 0; i < FILES; i++) {
        if (has_file[i] && ftruncate(FD_FILE + i, 0) < 0)
            die("a file cannot be emptied");
        has_file[i] = false;
    }
    say(0);
}

static void print_has(const char *what, int error)
{
    fprintf(out, error == 0 ? " %s=yes" : " %s=no:%s", what, name_of(error));
}

// Whether a read-only page of a child can be written from outside.
static int try_poke(uint8_t *page)
{
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == broker)
            pause();
        _exit(0);
    }
    int memory = open_proc(child, "mem", O_RDWR);
    int error = memory < 0 || pwrite(memory, "x", 1, (off_t)(uintptr_t)page) != 1 ? errno : 0;
    if (memory >= 0)
        close(memory);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return error;
}

static void first_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(line, size, file) == NULL)
        *line = 0;
    if (file != NULL)
        fclose(file);
}

static void do_probe(words w)
{
    (void)w;
    struct utsname name;
    uname(&name);
    uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        die("mmap");
    *page = 1;
    uint64_t entry = 0;
    int pagemap = open_proc(broker, "pagemap", O_RDONLY);
    read_entries(pagemap, (uintptr_t)page, 1, &entry);
    close(pagemap);
    struct iovec one = { page, 1 };
    int no_vmsplice = vmsplice(FD_SCRATCH_WRITE, &one, 1, SPLICE_F_NONBLOCK) == 1 ? 0 : errno;
    drain(FD_SCRATCH_READ);
    int no_ring = rings[0].error;
    bool is_free = pins[0].method == UNUSED;
    if (no_ring == 0 && is_free && (no_ring = register_buffer(FD_RING, (uintptr_t)page, PAGE)) == 0)
        syscall(SYS_io_uring_register, FD_RING, IORING_UNREGISTER_BUFFERS, NULL, 0);
    mprotect(page, PAGE, PROT_READ);
    int no_poke = try_poke(page);
    int pidfd = (int)syscall(SYS_pidfd_open, broker, 0);
    int no_pidfd = pidfd < 0 ? errno : 0;
    if (pidfd >= 0)
        close(pidfd);
    munmap(page, PAGE);

    fprintf(out, "ok release=%s base=%" PRIxPTR " page=%d pages=%d processes=%d pins=%d files=%d pfn=%s", name.release, base, PAGE, PAGES, PROCESSES, PINS, FILES, pfn_of(entry) != 0 ? "yes" : "no");
    print_has("vmsplice", no_vmsplice);
    print_has("io_uring", no_ring);
    print_has("poke", no_poke);
    print_has("pidfd", no_pidfd);
    char line[128];
    first_line("/sys/kernel/mm/transparent_hugepage/enabled", line, sizeof line);
    char *chosen = strchr(line, '[');
    fprintf(out, " cpu=%d thp=%s", cpu, chosen == NULL ? "none" : strtok(chosen + 1, "]"));
    FILE *swaps = fopen("/proc/swaps", "re");
    bool has_swap = swaps != NULL && fgets(line, sizeof line, swaps) != NULL && fgets(line, sizeof line, swaps) != NULL;
    if (swaps != NULL)
        fclose(swaps);
    fprintf(out, " swap=%s\n", has_swap ? "yes" : "no");
}

// ---- Lines ----------------------------------------------------------------------------------------------------------

// What the words of a command are:
//   P a process that runs                p a process, which may wait for the child of its vfork()     N the number of no process
//   n a page of the region               l how many from there                                         a a byte of the region, from 0
//   c how many bytes from there          s a seed                                                      t none, r or rw
//   k private, shared or shared_rdonly   v a pin that is not used                                      V a pin
//   d r or w                             m get or pin                                                  f a file that is not there
//   F a file                             o a byte or page of the file                                  L its length
//   h its bytes                          b how many bytes of a file                                    ? words after it may be left out
static const struct command {
    const char *name;
    const char *words;
    void (*run)(words);
} commands[] = {
    { "probe", "", do_probe },
    { "reset", "", do_reset },
    { "start", "N", do_start },
    { "mmap", "Pnltk?Fo", do_mmap },
    { "munmap", "Pnl", do_munmap },
    { "mprotect", "Pnlt", do_mprotect },
    { "dontneed", "Pnl", do_dontneed },
    { "pageout", "Pnl", do_pageout },
    { "store", "Pacs", do_store },
    { "load", "Pac", do_load },
    { "poke", "pacs", do_poke },
    { "fork", "PN", do_fork },
    { "vfork", "PN", do_vfork },
    { "exec", "P", do_exec },
    { "execfail", "P", do_execfail },
    { "exit", "P", do_exit },
    { "pin", "Pvacdm", do_pin },
    { "peek", "V", do_peek },
    { "dma", "Vs", do_dma },
    { "unpin", "V", do_unpin },
    { "file", "fLs", do_file },
    { "filehex", "fh", do_filehex },
    { "pread", "Fob", do_pread },
    { "pwrite", "Fobs", do_pwrite },
    { "state", "p", do_state },
    { "stats", "p", do_stats },
};

static bool number(const char *word, int64_t low, int64_t high, int64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoll(word, &end, 0);
    return errno == 0 && end != word && *end == 0 && *value >= low && *value <= high;
}

static bool choice(const char *word, const char *const *choices, const int64_t *values, int64_t *value)
{
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(word, choices[i]) == 0) {
            *value = values[i];
            return true;
        }
    }
    return false;
}

static const char *understand(char kind, char *word, int64_t before, int64_t *value)
{
    static const char *const prots[] = { "none", "r", "rw", NULL }, *const kinds[] = { "private", "shared", "shared_rdonly", NULL };
    static const char *const directions[] = { "r", "w", NULL }, *const methods[] = { "get", "pin", NULL };
    static const int64_t prot_values[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE }, kind_values[] = { 'p', 's', 'd' };
    static const int64_t direction_values[] = { 'r', 'w' }, method_values[] = { 'g', 'p' };
    switch (kind) {
    case 'P':
        return !number(word, 0, PROCESSES - 1, value) || processes[*value].pid == 0 ? "there is no such process" : processes[*value].waits_for >= 0 ? "the process waits for the child of its vfork" : NULL;
    case 'p':
        return !number(word, 0, PROCESSES - 1, value) || processes[*value].pid == 0 ? "there is no such process" : NULL;
    case 'N':
        return !number(word, 0, PROCESSES - 1, value) || processes[*value].pid != 0 ? "this cannot be the number of a new process" : NULL;
    case 'n':
        return number(word, 0, PAGES - 1, value) ? NULL : "there is no such page";
    case 'l':
        return number(word, 1, PAGES - before, value) ? NULL : "there are not so many pages";
    case 'a':
        return number(word, 0, PAGES * PAGE - 1, value) ? NULL : "there is no such address";
    case 'c':
        return number(word, 1, BYTES < PAGES * PAGE - before ? BYTES : PAGES * PAGE - before, value) ? NULL : "there are not so many bytes";
    case 's':
        return number(word, INT32_MIN, INT32_MAX, value) ? NULL : "this is no seed";
    case 't':
        return choice(word, prots, prot_values, value) ? NULL : "none, r or rw is due";
    case 'k':
        return choice(word, kinds, kind_values, value) ? NULL : "private, shared or shared_rdonly is due";
    case 'd':
        return choice(word, directions, direction_values, value) ? NULL : "r or w is due";
    case 'm':
        return choice(word, methods, method_values, value) ? NULL : "get or pin is due";
    case 'v':
        return !number(word, 0, PINS - 1, value) || pins[*value].method != UNUSED ? "this cannot be the number of a new pin" : NULL;
    case 'V':
        return !number(word, 0, PINS - 1, value) || pins[*value].method == UNUSED ? "there is no such pin" : NULL;
    case 'f':
        return !number(word, 0, FILES - 1, value) || has_file[*value] ? "this cannot be the number of a new file" : NULL;
    case 'F':
        return !number(word, 0, FILES - 1, value) || !has_file[*value] ? "there is no such file" : NULL;
    case 'o':
    case 'L':
        return number(word, 0, PAGES * PAGE, value) ? NULL : "a file is not so long";
    case 'b':
        return number(word, 1, BYTES, value) ? NULL : "there are not so many bytes";
    default:
        hex = word;
        return strlen(word) % 2 == 0 && strlen(word) / 2 <= PAGES * PAGE ? NULL : "two digits for each byte";
    }
}

static void obey(char *line)
{
    char *rest, *word = strtok_r(line, " \t\n", &rest);
    const struct command *command = NULL;
    for (size_t i = 0; word != NULL && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(word, commands[i].name) == 0)
            command = &commands[i];
    if (command == NULL) {
        fprintf(out, "bad '%.40s' is no command\n", word == NULL ? "" : word);
        return;
    }
    int64_t values[8] = { 0, 0, 0, 0, 0, -1, 0, 0 };
    int count = 0;
    bool is_optional = false;
    for (const char *kind = command->words; *kind != 0; kind++) {
        if (*kind == '?') {
            is_optional = true;
            continue;
        }
        word = strtok_r(NULL, " \t\n", &rest);
        if (word == NULL && is_optional)
            break;
        const char *wrong = word == NULL ? "a word is missing" : understand(*kind, word, count > 0 ? values[count - 1] : 0, &values[count]);
        if (wrong != NULL) {
            fprintf(out, "bad %s, word %d '%.40s': %s\n", command->name, count + 1, word == NULL ? "" : word, wrong);
            return;
        }
        count++;
    }
    if ((word = strtok_r(NULL, " \t\n", &rest)) != NULL)
        fprintf(out, "bad %s: '%.40s' is a word too many\n", command->name, word);
    else
        command->run(values);
}

// ---- Beginning ------------------------------------------------------------------------------------------------------

static void place(int fd, int at, bool is_brokers)
{
    if (fd < 0 || dup3(fd, at, is_brokers ? O_CLOEXEC : 0) < 0)
        die("a file cannot be opened");
    close(fd);
}

static void make_pipe(int read_at, int write_at, bool is_brokers)
{
    int ends[2];
    if (pipe2(ends, O_NONBLOCK) < 0)
        die("pipe2");
    fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
    place(ends[0], read_at, true);
    place(ends[1], write_at, is_brokers);
}

static void open_files(void)
{
    place(dup(STDIN_FILENO), FD_IN, true);
    place(dup(STDOUT_FILENO), FD_OUT, true);
    int null = open("/dev/null", O_RDWR);
    if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        die("/dev/null");
    close(null);
    make_pipe(FD_SCRATCH_READ, FD_SCRATCH_WRITE, true);
    for (int i = 0; i < PROCESSES; i++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
            die("socketpair");
        place(ends[0], FD_CHANNEL + i, false);
        place(ends[1], FD_BROKER + i, true);
    }
    for (int i = 0; i < PINS; i++) {
        make_pipe(FD_PIPE_READ + i, FD_PIPE_WRITE + i, false);
        rings[i].error = make_ring(&rings[i], FD_RING + i);
    }
    for (int i = 0; i < FILES; i++) {
        char path[32];
        place(memfd_create("linux-cow", 0), FD_FILE + i, false);
        snprintf(path, sizeof path, "/proc/self/fd/%d", FD_FILE + i);
        place(open(path, O_RDONLY), FD_FILE_READONLY + i, false);
    }
}

static void stay_on_one_cpu(void)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        die("sched_getaffinity");
    while (!CPU_ISSET(cpu, &allowed))
        cpu++;
    CPU_ZERO(&allowed);
    CPU_SET(cpu, &allowed);
    if (sched_setaffinity(0, sizeof allowed, &allowed) < 0)
        die("sched_setaffinity");
}

static void look_at_memory(void)
{
    volatile uint8_t *region = mmap((void *)base, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (region != (volatile uint8_t *)base)
        die("the region is not free");
    madvise((void *)base, PAGES * PAGE, MADV_NOHUGEPAGE);
    (void)*region;
    int pagemap = open_proc(broker, "pagemap", O_RDONLY);
    uint64_t entry = 0;
    read_entries(pagemap, base, 1, &entry);
    close(pagemap);
    zero_pfn = pfn_of(entry);
    munmap((void *)base, PAGES * PAGE);
}

int main(int count, char **arguments)
{
    if (count == 3) {
        // After exec: process and broker.
        broker = (pid_t)atoi(arguments[2]);
        catch_faults();
        begin(atoi(arguments[1]));
        serve(atoi(arguments[1]));
    }
    broker = getpid();
    if (sysconf(_SC_PAGESIZE) != PAGE) {
        fprintf(stderr, "linux-cow: pages have %ld bytes here, not %d\n", sysconf(_SC_PAGESIZE), PAGE);
        return 1;
    }
    syscall(SYS_close_range, 3, ~0u, 0);
    stay_on_one_cpu();
    open_files();
    look_at_memory();
    in = fdopen(FD_IN, "r");
    out = fdopen(FD_OUT, "w");
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, in) > 0) {
        obey(line);
        if (fflush(out) != 0)
            break;
    }
    reset();
    return 0;
}
