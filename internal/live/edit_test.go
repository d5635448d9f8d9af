package live

import (
	"errors"
	"strings"
	"testing"
)

// The lines that are edited are found by what they do, in a source of our own.
func TestUnlockFlush(t *testing.T) {
	const src = `package runtime

func (c *cache) destroy() { lock(&a); c.flush(); unlock(&a) }

func (pp *p) destroy() {
	lock(&other)
	unlock(&other)
	systemstack(func() {
		pp.len = 0
		lock(&mheap_.lock)
		pp.pcache.flush(&mheap_.pages)
		unlock(&mheap_.lock)
	})
}
`
	got, err := UnlockFlush([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(src, "lock(&mheap_.lock)\n\t\tpp", "if !liveUnlockedFlush { lock(&mheap_.lock) }\n\t\tpp", 1)
	want = strings.Replace(want, "unlock(&mheap_.lock)\n", "if !liveUnlockedFlush { unlock(&mheap_.lock) }\n", 1)
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, bad := range []string{
		"package runtime\n\nfunc (pp *p) destroy() { lock(&a); unlock(&a) }\n",
		"package runtime\n\nfunc (pp *p) free() {}\n",
		"package runtime\n\nfunc (",
	} {
		if _, err := UnlockFlush([]byte(bad)); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}

func TestRelaxFlush(t *testing.T) {
	const src = "package runtime\n\nfunc (c *pageCache) flush(p *pageAlloc) {\n\tassertLockHeld(p.mheapLock)\n\n\tc.x = 1\n}\n"
	got, err := RelaxFlush([]byte(src))
	want := strings.Replace(src, "assertLockHeld(p.mheapLock)",
		"if liveRelaxedFlush { assertWorldStoppedOrLockHeld(p.mheapLock) } else { assertLockHeld(p.mheapLock) }", 1)
	if err != nil || string(got) != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
	}
	if _, err := RelaxFlush([]byte("package runtime\n\nfunc (c *pageCache) flush() {}\n")); !errors.Is(err, errNoAnchor) {
		t.Errorf("error %v", err)
	}
}

// What a program writes when an assertion ends it, in our own words and numbers.
func TestViolation(t *testing.T) {
	const out = `0 : 0x1 (leaf)
caller requires lock 0xc0 (rank mheap), holding:
0 : sched 8 0xd0
1 : allp 16 0xe0

fatal error: it is not held

runtime stack:
runtime.throw(0x1, 0x2)
	panic.go:1
runtime.assertLockHeld.func1()
	lockrank_on.go:1
runtime.assertLockHeld(0x1)
	lockrank_on.go:2
runtime.(*pageCache).flush(0x1, 0x2)
	mpagecache.go:3
runtime.(*p).destroy(0x1)
	proc.go:4
`
	function, held := Violation(out)
	if function != "flush" || held != "sched, allp" {
		t.Errorf("%q, holding %q", function, held)
	}
	if function, held := Violation("PASS\n"); function != "" || held != "" {
		t.Errorf("%q, holding %q", function, held)
	}
}

func TestWanted(t *testing.T) {
	for name, want := range map[string]bool{
		"runtime/proc.go": true, "runtime/proc_test.go": false, "runtime/export_test.go": true,
		"runtime/debug/export_test.go": false, "os/os_test.go": false, "os/os.go": true,
	} {
		if got := wanted(name, false); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, want := range map[string]bool{"cmd": false, "runtime": true, "runtime/testdata": false, "internal/cmd": true} {
		if got := wanted(name, true); got != want {
			t.Errorf("directory %s: %v", name, got)
		}
	}
}
