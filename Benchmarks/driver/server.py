"""A throw-away PostgreSQL for the benchmarks: own data directory, Unix socket only, removed at the end."""

import os
import pathlib
import shutil
import subprocess
import tempfile


def bin_dir():
    for path in sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (path / "initdb").exists():
            return path
    return pathlib.Path(subprocess.check_output(["pg_config", "--bindir"], text=True).strip())


class Server:
    settings = {
        "fsync": "off",
        "wal_level": "logical",
        "shared_buffers": "1GB",
        "max_wal_size": "8GB",
        "listen_addresses": "''",
        "max_wal_senders": "20",
        "max_replication_slots": "20",
        "logical_decoding_work_mem": "64MB",
        "autovacuum": "off",
    }

    def __enter__(self):
        self.bin = bin_dir()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="cdc-bench-"))
        self.dir.chmod(0o777)
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self._run("initdb", "-D", self.dir / "data", "-U", "postgres", "-A", "trust", "--locale=C.UTF-8")
        options = " ".join(f"-c {key}={value}" for key, value in self.settings.items())
        self._run("pg_ctl", "-D", self.dir / "data", "-l", self.dir / "log", "-w",
                  "-o", f"{options} -k {self.dir}", "start")
        return self

    def __exit__(self, *_):
        self._run("pg_ctl", "-D", self.dir / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.dir, ignore_errors=True)

    def _run(self, program, *arguments):
        subprocess.run([*self.as_user, str(self.bin / program), *map(str, arguments)], check=True,
                       stdout=subprocess.DEVNULL, cwd="/")

    @property
    def url(self):
        return f"postgresql://postgres@/postgres?host={self.dir}"

    @property
    def psql(self):
        return [str(self.bin / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", self.url]

    def sql(self, text):
        return subprocess.run([*self.psql, "-f", "-"], input=text, text=True, check=True,
                              capture_output=True).stdout.strip()
