from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from apps.goods.models import Goods


class Command(BaseCommand):
    help = "Bring the database up to date and fill an empty shop."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if not Goods.objects.exists():
            call_command("load_demo", stdout=self.stdout)
