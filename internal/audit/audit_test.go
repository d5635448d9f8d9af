package audit

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockheld/heap"
)

// A tree of our own: every kind of assertion, position and difference.
func TestTree(t *testing.T) {
	tree, err := Read("testdata/tree")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := Compare(tree).Write(&b, tree); err != nil {
		t.Fatal(err)
	}
	const file = "src/runtime/heap.go:"
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i, want := range []string{
		"mheap.reclaimChunk\tlock\tentry\t" + file + "42\treclaimChunk/entry",
		"mheap.reclaimChunk\tstw-or-lock\treturn\t" + file + "46\t-",
		"pace\tstw-or-lock\tentry\t" + file + "67\t-",
		"pacer.commit\tstw-or-lock\tinside\t" + file + "72\t-",
		"pacer.commit\tlock\tinside\t" + file + "75\t-",
		"pageCache.flush\tlock\tentry\t" + file + "36\tflush/entry",
		"recordspan\tlock\tentry\t" + file + "61\trecordspan/entry",
		"may acquire: pacer.commit\t" + file + "79",
		"came: mheap.reclaimChunk\tstw-or-lock\treturn",
		"came: pace\tstw-or-lock\tentry",
		"came: pacer.commit\tstw-or-lock\tinside",
		"came: pacer.commit\tlock\tinside",
	} {
		if i >= len(lines) || lines[i] != want {
			t.Errorf("line %d:\n%q, want\n%q", i, lines[min(i, len(lines)-1)], want)
		}
	}
	for _, want := range []string{
		"went: mheap.reclaimChunk\treclaimChunk/return\tthe function has assertWorldStoppedOrLockHeld, not lock",
		"went: mheap.grow\tmheap.grow/entry\tthe function is there without it",
		"went: pageAlloc.scavengeOne\tscavengeOne/return-slow\tthere is no such function; there is pacer.scavengeOne",
		"went: mheap.sysAlloc\tsysAlloc/entry\tthere is no such function",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q", want)
		}
	}
	if got, want := lines[len(lines)-1], "audit\tgo1.99\tassertions=7 functions=5 stops=1\tof the 28 of Go 1.16: there=3 went=25 came=4"; got != want {
		t.Errorf("last line %q, want %q", got, want)
	}
}

// A tree with an assertion for each point of the model has them all.
func TestAllPoints(t *testing.T) {
	calls := map[heap.SiteKind]string{heap.SiteLock: "assertLockHeld", heap.SiteSTWOrLock: "assertWorldStoppedOrLockHeld"}
	bodies := map[string]string{}
	var names []string
	for _, s := range points() {
		if bodies[s.Function] == "" {
			names = append(names, s.Function)
		}
		bodies[s.Function] += "\t" + calls[s.Kind] + "(&mheap_.lock)\n"
	}
	var src strings.Builder
	src.WriteString("package runtime\n\ntype mheap struct{}\ntype pageAlloc struct{}\ntype pageCache struct{}\n")
	for _, n := range names {
		receiver, method, ok := strings.Cut(n, ".")
		if ok {
			src.WriteString("func (x *" + receiver + ") " + method + "() {\n" + bodies[n] + "}\n")
			continue
		}
		src.WriteString("func " + n + "() {\n" + bodies[n] + "}\n")
	}
	tree, err := Read(treeOf(t, map[string]string{"heap.go": src.String()}))
	if err != nil {
		t.Fatal(err)
	}
	if r := Compare(tree); len(r.Rows) != 28 || len(r.Came) != 0 || len(r.Went) != 0 {
		t.Errorf("%d rows, %d came, %d went", len(r.Rows), len(r.Came), len(r.Went))
	}
	if tree.Version != "" {
		t.Errorf("version %q", tree.Version)
	}
}

// treeOf makes a Go tree with files in src/runtime.
func treeOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "src", "runtime"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, "src", "runtime", name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What is no Go tree gives one line that says why.
func TestBadTrees(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ dir, want string }{
		{filepath.Join(t.TempDir(), "none"), "no such file"},
		{file, "not a directory"},
		{t.TempDir(), "not a Go tree: it has no src/runtime"},
		{treeOf(t, nil), "src/runtime has no Go functions"},
		{treeOf(t, map[string]string{"x.go": "package other\n\nfunc f() {}\n"}), "src/runtime has no Go functions"},
		{treeOf(t, map[string]string{"x.go": "package runtime\n\nfunc f( {\n"}), "x.go:3:"},
	} {
		_, err := Read(tt.dir)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", tt.dir, err, tt.want)
		}
	}
}
