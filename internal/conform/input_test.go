package conform

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// goodCase is a line with everything in it.
const goodCase = `{"format":"goheap-oracle/1","id":"x","kind":"pageheap","family":"f","origin":"hand-written",` +
	`"env":{"page":8192,"chunk_pages":512,"phys_page":4096,"huge_page":0},` +
	`"setup":{"chunks":[{"c":0,"alloc":[[0,2]],"scav":[[4,1]]}]},` +
	`"ops":[{"op":"alloc","n":1,"want":{"addr":2,"scav":0,"search":2}},{"op":"flush","id":1}]}`

// goodBits is a line of kind bitmap.
const goodBits = `{"format":"goheap-oracle/1","id":"b","kind":"bitmap","family":"f","origin":"hand-written",` +
	`"env":{"page":8192,"chunk_pages":512,"phys_page":4096,"huge_page":0},"setup":{"alloc":[[0,2]],"scav":[]},` +
	`"ops":[{"op":"find","n":1,"from":0,"want":{"i":2,"from":2}}]}`

// conform runs the command on lines in a file called name.
func conform(t *testing.T, name string, content []byte, flags ...string) (code int, out, errs, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	code = Command("explore", append(flags, file), &o, &e)
	return code, o.String(), e.String(), file
}

// bits says that goodBits is to be spoiled.
var bits = []string{goodBits}

// spoiled lists ways to make a line unreadable and what is said about each.
var spoiled = []struct {
	old, new string // replaced in goodCase, or in the line that follows
	want     string
	line     []string
}{
	{`{"format"`, `{format`, "not JSON", nil},
	{`"id":1}]}`, `"id":1}]} {}`, "more than one value", nil},
	{goodCase, `7`, "7 is not an object", nil},
	{"oracle/1", "oracle/2", `unknown format "goheap-oracle/2"`, nil},
	{`"format":"goheap-oracle/1",`, ``, "unknown format null", nil},
	{`"id":"x"`, `"id":5`, "id: 5 is not a string", nil},
	{`"family":"f",`, ``, "family is missing", nil},
	{`"family"`, `"more":1,"family"`, `unknown field "more"`, nil},
	{"pageheap", "pageheep", `unknown kind "pageheep"`, nil},
	{`"page":8192`, `"page":4096`, "env: pages of 4096 bytes", nil},
	{`"phys_page":4096`, `"phys_page":5000`, "PhysPageSize is 5000", nil},
	{`"huge_page":0`, `"huge_page":true`, "huge_page: true is not a number", nil},
	{`"huge_page":0`, `"huge_page":-1`, "-1 is not a whole number", nil},
	{`"huge_page":0`, `"huge_page":1.5`, "1.5 is not a whole number", nil},
	{`"c":0`, `"c":67059712`, "chunk 67059712, there are 67059712", nil},
	{`[{"c":0`, `[{"c":0,"alloc":[],"scav":[]},{"c":0`, "chunk 0 is there twice", nil},
	{`[[0,2]]`, `[[0,2,3]]`, "a list of 3, should have 2", nil},
	{`[[0,2]]`, `[[0,0]]`, "alloc: 0 pages from page 0", nil},
	{`[[4,1]]`, `[[511,2]]`, "scav: 2 pages from page 511", nil},
	{`"setup":{`, `"setup":{"more":1,`, `setup: unknown field "more"`, nil},
	{`"op":"alloc"`, `"op":"allok"`, `op 0: unknown op "allok" of kind pageheap`, nil},
	{`"op":"alloc"`, `"op":7`, "op 0: op: 7 is not a string", nil},
	{`"op":"alloc",`, ``, "op 0: op: null is not a string", nil},
	{`{"op":"flush","id":1}`, `4`, "op 1: 4 is not an object", nil},
	{`"n":1`, `"n":"1"`, `op 0: alloc: n: "1" is not a number`, nil},
	{`"n":1`, `"n":0`, "op 0: alloc: 0 pages", nil},
	{`"n":1`, `"n":1,"m":2`, `op 0: alloc: unknown field "m"`, nil},
	{`"n":1,`, ``, "op 0: alloc: n is missing", nil},
	{`"want":{`, `"want":[`, "not JSON", nil},
	{`"want":{"addr":2,"scav":0,"search":2}`, `"want":5`, "want: 5 is not an object", nil},
	{`"addr":2`, `"adr":2`, `want: unknown field "adr"`, nil},
	{`"addr":2`, `"addr":"max"`, `addr: "max" is neither a number nor null`, nil},
	{`"search":2`, `"search":null`, `search: null is neither a number nor "max"`, nil},
	{`"op":"flush","id":1`, `"op":"flush","id":1,"want":{"search":"min"}`, `op 1: flush: want: search: "min"`, nil},
	{`"op":"flush","id":1`, `"op":"scavone","id":1,"bytes":1,"unlock":true`, "op 1: scavone: id: no work 1 is reserved", nil},
	{`"op":"flush","id":1`, `"op":"scavenge","bytes":1,"unlock":1`, "unlock: 1 is not true or false", nil},
	{`"op":"flush","id":1`, `"op":"grow","page":5,"n":1`, "page: 5 is not the start of a chunk", nil},
	{`"op":"flush","id":1`, `"op":"newcache","id":1,"base":64,"cache":"00","scav":"0000000000000000"`, `"00" is not a string of 16 hex digits`, nil},
	{`"op":"flush","id":1`, `"op":"newcache","id":1,"base":65,"cache":"0000000000000000","scav":"0000000000000000"`, "page 65 is not the start of a block", nil},
	{`"op":"flush","id":1`, `"op":"check","want":{"scav":3}`, "scav: 3 is not an object", nil},
	{`"op":"flush","id":1`, `"op":"check","want":{"scav":{"lvm":3}}`, `scav: unknown field "lvm"`, nil},
	{`"op":"flush","id":1`, `"op":"check","want":{"caches":[{"id":1}]}`, "base is missing", nil},

	{`"from":0`, `"from":512`, "from: page 512 of a chunk of 512", bits},
	{`"n":1`, `"n":513`, "n: 513 pages", bits},
	{`"op":"find","n":1,"from":0,"want":{"i":2,"from":2}`, `"op":"setalloc","i":511,"n":2`, "2 pages from page 511", bits},
	{`"op":"find","n":1,"from":0,"want":{"i":2,"from":2}`, `"op":"hascandidate","min":3`, "min: 3 is not a power of two", bits},
}

func TestUnreadableInput(t *testing.T) {
	for _, tt := range spoiled {
		base := goodCase
		if tt.line != nil {
			base = tt.line[0]
		}
		bad := strings.Replace(base, tt.old, tt.new, 1)
		if bad == base {
			t.Errorf("%s: nothing replaced", tt.want)
		}
		// A blank line is no case, but it counts.
		code, out, errs, file := conform(t, "v.jsonl", []byte(goodCase+"\n\n"+bad+"\n"))
		if code != 2 || out != "" || !strings.HasPrefix(errs, "explore: "+file+":3: ") || !strings.Contains(errs, tt.want) ||
			strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", tt.want, code, out, errs)
		}
	}
	for _, good := range []string{goodCase, goodCase + "\n", goodBits} {
		if code, out, errs, _ := conform(t, "v.jsonl", []byte(good)); code != 0 || errs != "" {
			t.Errorf("%s: exit %d, %q, %q", good, code, out, errs)
		}
	}
}

// TestThrowIsAMismatch frees memory twice over the edge of what is mapped.
func TestThrowIsAMismatch(t *testing.T) {
	bad := strings.Replace(goodCase, `"op":"flush","id":1`, `"op":"free","page":4194304,"n":1`, 1)
	code, out, errs, _ := conform(t, "v.jsonl", []byte(bad))
	lines := strings.Split(out, "\n")
	if code != 1 || errs != "" || len(lines) != 3 ||
		!strings.HasPrefix(lines[0], `x op 1 (free): throw: want none, got "`) || lines[1] != "1 cases, 2 ops, 1 mismatches" {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
}

func TestKinds(t *testing.T) {
	both := []byte(goodBits + "\n" + goodCase + "\n" + goodCase + "\n")
	tests := []struct {
		flags []string
		code  int
		out   string
		errs  string
	}{
		{nil, 0, "3 cases, 5 ops, 0 mismatches\n", ""},
		{[]string{"--kinds", "bitmap"}, 0, "2 cases skipped (kinds: pageheap)\n1 cases, 1 ops, 0 mismatches\n", ""},
		{[]string{"-kinds=pageheap,bitmap"}, 0, "0 cases skipped (kinds: none)\n3 cases, 5 ops, 0 mismatches\n", ""},
		{[]string{"--kinds", "word,mheap"}, 2, "3 cases skipped (kinds: bitmap,pageheap)\n0 cases, 0 ops, 0 mismatches\n", "explore: conform: no case was run\n"},
		{[]string{"--kinds", "bits"}, 2, "", `explore: unknown kind "bits", have [pageheap bitmap word ranges arenas mheap]` + "\n"},
		{[]string{"--level", "all"}, 2, "", `explore: unknown level "all", have full and results` + "\n"},
		{[]string{"--level", "full"}, 0, "3 cases, 5 ops, 0 mismatches\n", ""},
	}
	for _, tt := range tests {
		code, out, errs, _ := conform(t, "v.jsonl", both, tt.flags...)
		if code != tt.code || out != tt.out || errs != tt.errs {
			t.Errorf("%v: exit %d, %q, %q", tt.flags, code, out, errs)
		}
	}
	// A skipped case has to be readable all the same.
	bad := strings.Replace(goodCase, `"op":"flush"`, `"op":"flash"`, 1)
	if code, _, errs, _ := conform(t, "v.jsonl", []byte(goodBits+"\n"+bad), "--kinds", "bitmap"); code != 2 || !strings.Contains(errs, `unknown op "flash"`) {
		t.Errorf("a skipped case with an unknown op: exit %d, %q", code, errs)
	}
}

func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		errs string
	}{
		{nil, 2, "explore: conform: no files"},
		{[]string{"no/such/file.jsonl"}, 2, "explore: open no/such/file.jsonl"},
		{[]string{"-nonsense", "x"}, 2, "usage: explore conform"},
		{[]string{"-h"}, 0, "usage: explore conform"},
	} {
		var out, errs bytes.Buffer
		if code := Command("explore", tt.args, &out, &errs); code != tt.code || !strings.Contains(errs.String(), tt.errs) || out.Len() != 0 {
			t.Errorf("%v: exit %d, %q, %q", tt.args, code, out.String(), errs.String())
		}
	}
}

func TestCompressedFiles(t *testing.T) {
	var gz, zst bytes.Buffer
	g := gzip.NewWriter(&gz)
	fmt.Fprintln(g, goodCase)
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(z, goodCase)
	for _, c := range []interface{ Close() error }{g, z} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name    string
		content []byte
		code    int
		errs    string
	}{
		{"v.jsonl.gz", gz.Bytes(), 0, ""},
		{"v.jsonl.zst", zst.Bytes(), 0, ""},
		{"v.jsonl", gz.Bytes(), 2, "v.jsonl:1: not JSON"},
		{"v.jsonl.gz", zst.Bytes(), 2, "v.jsonl.gz:1: gzip: invalid header"},
		{"v.jsonl.zst", gz.Bytes(), 2, "v.jsonl.zst:1: invalid input"},
		{"v.jsonl.gz", gz.Bytes()[:gz.Len()-9], 2, "v.jsonl.gz:2: unexpected EOF"},
		{"v.jsonl.zst", zst.Bytes()[:zst.Len()-2], 2, "v.jsonl.zst:1: unexpected EOF"},
	} {
		code, out, errs, _ := conform(t, tt.name, tt.content)
		if code != tt.code || !strings.Contains(errs, tt.errs) || tt.code == 0 && out != "1 cases, 2 ops, 0 mismatches\n" {
			t.Errorf("%s: exit %d, %q, %q, want %q", tt.name, code, out, errs, tt.errs)
		}
	}
}
