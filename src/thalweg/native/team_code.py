"""How is a program handed to threads that wait in machine code?

`lead` is called with a program: it wakes those who sleep, does the first thread's part, waits for the
others, and answers what they answered. In `serve` a thread waits, and never leaves it: it looks for work
for a while, then sleeps on a lock until it is woken.

Who is woken looks again whether there is work: between a program's announcement and the look at who sleeps,
the caller may lose its core for so long that the others have done their part and gone to sleep again.
"""

from __future__ import annotations

__all__ = ["BUSY", "LOCKS", "team_text"]

BUSY = -1
"""What `Team.enter` answers where the others work for someone else."""

_SPINS = 20_000
"""So often a thread looks for work before it sleeps: some hundred microseconds."""

# Where things stand in a team's memory, in lines of 64 bytes so that threads do not disturb each other.
_TAKEN, _JOB, _FINISHED, _STATUS = 0, 64, 128, 192
_FUNCTION, _TABLE, _ROUNDS, LOCKS = 72, 80, 88, 256

_WAKE = """  %parked<one> = getelementptr i8, ptr %team, i64 <parked>
  %asleep<one> = atomicrmw xchg ptr %parked<one>, i64 0 seq_cst, align 8
  %sleeps<one> = icmp eq i64 %asleep<one>, 1
  br i1 %sleeps<one>, label %wake<one>, label %next<one>
wake<one>:
  %at<one> = getelementptr i8, ptr %team, i64 <lock>
  %lock<one> = load ptr, ptr %at<one>, align 8
  call void @PyThread_release_lock(ptr %lock<one>)
  br label %next<one>
next<one>:
"""

_LEAD = f"""declare i32 @thalweg_yield()
declare void @PyThread_release_lock(ptr)
declare i32 @PyThread_acquire_lock(ptr, i32)
define i32 @lead(ptr %team, ptr %function, ptr %table, i64 %rounds) nounwind {{
entry:
  %job = getelementptr i8, ptr %team, i64 {_JOB}
  %finished = getelementptr i8, ptr %team, i64 {_FINISHED}
  %statuses = getelementptr i8, ptr %team, i64 {_STATUS}
  %held = atomicrmw xchg ptr %team, i64 1 acq_rel, align 8
  %free = icmp eq i64 %held, 0
  br i1 %free, label %begin, label %busy
busy:
  ret i32 {BUSY}
begin:
  %f = getelementptr i8, ptr %team, i64 {_FUNCTION}
  store ptr %function, ptr %f, align 8
  %t = getelementptr i8, ptr %team, i64 {_TABLE}
  store ptr %table, ptr %t, align 8
  %r = getelementptr i8, ptr %team, i64 {_ROUNDS}
  store i64 %rounds, ptr %r, align 8
  store i64 0, ptr %statuses, align 8
  store atomic i64 0, ptr %finished monotonic, align 8
  %told = atomicrmw add ptr %job, i64 1 seq_cst, align 8
<wake>  %mine = call i32 %function(ptr %table, i64 0, i64 %rounds)
  br label %wait
wait:
  %spins = phi i64 [ 0, %next<mates> ], [ %more, %again ]
  %done = load atomic i64, ptr %finished acquire, align 8
  %all = icmp eq i64 %done, <mates>
  br i1 %all, label %end, label %patience
patience:
  %more = add i64 %spins, 1
<pause>  %long = icmp ugt i64 %more, 4096
  br i1 %long, label %give, label %again
give:
  %gave = call i32 @thalweg_yield()
  br label %again
again:
  br label %wait
end:
  %theirs = load i64, ptr %statuses, align 8
  %short = trunc i64 %theirs to i32
  %status = or i32 %mine, %short
  store atomic i64 0, ptr %team release, align 8
  ret i32 %status
}}
"""

_SERVE = f"""define void @serve(ptr %team, i64 %thread) nounwind {{
entry:
  %job = getelementptr i8, ptr %team, i64 {_JOB}
  %finished = getelementptr i8, ptr %team, i64 {_FINISHED}
  %statuses = getelementptr i8, ptr %team, i64 {_STATUS}
  %line = mul i64 %thread, 64
  %own = add i64 %line, {LOCKS}
  %parked = getelementptr i8, ptr %team, i64 %own
  %at = getelementptr i8, ptr %parked, i64 8
  %lock = load ptr, ptr %at, align 8
  br label %look
look:
  %seen = phi i64 [ 0, %entry ], [ %seen, %sleep ], [ %now, %work ]
  br label %spin
spin:
  %spins = phi i64 [ 0, %look ], [ %more, %again ]
  %found = load atomic i64, ptr %job acquire, align 8
  %new = icmp ne i64 %found, %seen
  br i1 %new, label %work, label %patience
patience:
  %more = add i64 %spins, 1
<pause>  %long = icmp ugt i64 %more, {_SPINS}
  br i1 %long, label %park, label %again
again:
  br label %spin
park:
  store atomic i64 1, ptr %parked seq_cst, align 8
  %late = load atomic i64, ptr %job seq_cst, align 8
  %came = icmp ne i64 %late, %seen
  br i1 %came, label %unpark, label %sleep
unpark:
  %still = atomicrmw xchg ptr %parked, i64 0 seq_cst, align 8
  %mine = icmp eq i64 %still, 1
  br i1 %mine, label %work, label %sleep
sleep:
  %got = call i32 @PyThread_acquire_lock(ptr %lock, i32 1)
  %there = load atomic i64, ptr %job acquire, align 8
  %fresh = icmp ne i64 %there, %seen
  br i1 %fresh, label %work, label %look
work:
  %now = load atomic i64, ptr %job acquire, align 8
  %f = getelementptr i8, ptr %team, i64 {_FUNCTION}
  %function = load ptr, ptr %f, align 8
  %t = getelementptr i8, ptr %team, i64 {_TABLE}
  %table = load ptr, ptr %t, align 8
  %r = getelementptr i8, ptr %team, i64 {_ROUNDS}
  %rounds = load i64, ptr %r, align 8
  %status = call i32 %function(ptr %table, i64 %thread, i64 %rounds)
  %wide = zext i32 %status to i64
  %noted = atomicrmw or ptr %statuses, i64 %wide acq_rel, align 8
  %counted = atomicrmw add ptr %finished, i64 1 acq_rel, align 8
  br label %look
}}
"""


def team_text(threads: int, pause: str) -> str:
    """The module's text.

    Args:
        threads: how many there are.
        pause: the instruction that says that nothing but time passes, or nothing.
    """
    wake = ""
    for one in range(1, threads):
        place = LOCKS + 64 * one
        own = _WAKE.replace("<one>", str(one)).replace("<parked>", str(place))
        wake += own.replace("<lock>", str(place + 8))
    text = _LEAD.replace("<wake>", wake).replace("<mates>", str(threads - 1)) + _SERVE
    declared = "declare void @llvm.x86.sse2.pause()\n" if pause else ""
    return declared + text.replace("<pause>", pause)
