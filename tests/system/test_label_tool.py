"""temoin-label as a user types it: files, messages in two languages, nothing half written."""

import os
import resource
import signal
import subprocess

import pytest

TOOL = os.path.join(os.environ.get("BUILD", "build"), "temoin-label")
LINE = "HTTPS://PRET.EXEMPLE.FR/TBCDFGHK\tTBCD-FGHK\tTablette prêtée\n"


def run(*arguments, text=LINE, lang="fr", limit=None):
    def limit_file_size():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    data = text if isinstance(text, bytes) else text.encode()
    environment = dict(os.environ, TEMOIN_LANG=lang)
    return subprocess.run([TOOL, *map(str, arguments)], input=data, capture_output=True, env=environment, timeout=60,
                          preexec_fn=limit_file_size if limit is not None else None)


def test_writes_a_pdf(tmp_path):
    done = run("--format", "avery-l7651", "--start", "60", "-o", tmp_path / "a.pdf", text=LINE * 10)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    assert os.listdir(tmp_path) == ["a.pdf"]


def test_writes_a_png_of_a_page_and_of_one_label(tmp_path):
    assert run("--dpi", "203", "-o", tmp_path / "page.png").returncode == 0
    assert run("--dpi", "203", "--single", "-o", tmp_path / "one.png").returncode == 0
    page, one = ((tmp_path / name).read_bytes() for name in ("page.png", "one.png"))
    assert int.from_bytes(page[16:20], "big") == 1678 and int.from_bytes(one[16:20], "big") == 508


def test_reads_a_file_with_windows_line_ends_and_empty_lines(tmp_path):
    source = tmp_path / "in.txt"
    source.write_bytes(("\n" + LINE.replace("\n", "\r\n") * 2 + "\r\n\n" + LINE.rstrip()).encode())
    done = run("-o", tmp_path / "a.pdf", source, text="")
    assert done.returncode == 0 and done.stdout.decode().rstrip().endswith(" 3")


def test_lists_the_formats():
    done = run("--list")
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.decode().splitlines()][:2] == [["avery-l7160", "21"],
                                                                                   ["avery-l7651", "65"]]


@pytest.mark.parametrize("arguments, text, status, french, english", [
    (["-f", "avery-1"], LINE, 1, "Formats connus : avery-l7160, avery-l7651", "Known formats: avery-l7160, avery-l7651"),
    (["-s", "22"], LINE, 1, "1-21", "1-21"),
    (["-s", "0"], LINE, 2, "au moins 1", "from 1 up"),
    ([], "", 1, "pas de texte", "no text"),
    ([], LINE + LINE + "A" * 300 + "\n", 1, "ligne 3 : le texte du code QR est trop long", "line 3: the QR text is too long"),
    ([], LINE + "\n" + "A\tB\tC\tD\tE\tF\n", 1, "ligne 3 : plus de 4 lignes", "line 3: more than 4 lines"),
    ([], LINE + "\tTBCD\n", 1, "ligne 2 :", "line 2:"),
    ([], b"A\tpr\xeat\xe9e\n", 1, "UTF-8", "UTF-8"),
    ([], b"A\tB\0C\n", 1, "caractère de commande", "control character"),
    (["a", "b"], LINE, 2, "un seul fichier", "one file"),
    (["--single"], LINE, 2, ".png", ".png"),
    (["/nowhere/at/all"], LINE, 1, "lecture impossible", "cannot read"),
])
def test_refuses_in_plain_words_and_writes_nothing(tmp_path, arguments, text, status, french, english):
    for lang, words in (("fr", french), ("en_GB.UTF-8", english)):
        done = run("-o", tmp_path / "a.pdf", *arguments, text=text, lang=lang)
        assert done.returncode == status
        assert done.stderr.decode().startswith("temoin-label: ") and words in done.stderr.decode()
        assert os.listdir(tmp_path) == []


def test_a_png_of_many_pages_says_to_use_pdf(tmp_path):
    done = run("-o", tmp_path / "a.png", text=LINE * 22)
    assert done.returncode == 1 and "PDF" in done.stderr.decode()


@pytest.mark.parametrize("arguments", [[], ["-o", "a.svg"], ["--no-such-option"], ["--start", "x", "-o", "a.pdf"]])
def test_bad_usage_exits_2(arguments):
    assert run(*arguments).returncode == 2


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.pdf"
    target.write_bytes(b"the sheet of yesterday")
    done = run("-o", target, text=LINE * 21, limit=4096)
    assert done.returncode == 1 and "rien n'a été changé" in done.stderr.decode()
    assert target.read_bytes() == b"the sheet of yesterday"
    assert os.listdir(tmp_path) == ["a.pdf"]


def test_an_absent_folder_is_said(tmp_path):
    done = run("-o", tmp_path / "none" / "a.pdf")
    assert done.returncode == 1 and str(tmp_path / "none" / "a.pdf") in done.stderr.decode()


def test_a_pipe_is_not_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "a.pdf")
    done = run("-o", tmp_path / "a.pdf")
    assert done.returncode == 1 and "fichier ordinaire" in done.stderr.decode()
    assert not os.path.isfile(tmp_path / "a.pdf")


def test_too_much_text_is_refused(tmp_path):
    done = run("-o", tmp_path / "a.pdf", text=b"A" * (33 * 1024 * 1024))
    assert done.returncode == 1 and "32 Mo" in done.stderr.decode()
