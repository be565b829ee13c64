import archive.dates
import archive.models.base
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="number")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("record_type", models.CharField(max_length=40, verbose_name="record type")),
                ("record_id", models.BigIntegerField(verbose_name="record id")),
                ("record_key", models.CharField(max_length=500, verbose_name="record")),
                ("action", models.CharField(max_length=20, verbose_name="action")),
                ("by", models.CharField(blank=True, max_length=150, verbose_name="who")),
                ("why", models.TextField(blank=True, verbose_name="why")),
                ("version_sha256", models.CharField(max_length=64, verbose_name="hash of the version")),
                (
                    "previous_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="hash of the entry before"),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="hash of this entry")),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
                "ordering": ["-number"],
                "indexes": [models.Index(fields=["record_type", "record_id", "-number"], name="change_of_record")],
            },
        ),
        migrations.CreateModel(
            name="Country",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "iso2",
                    models.CharField(
                        max_length=2,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("\\A[A-Z]{2}\\Z")],
                        verbose_name="ISO code, two letters",
                    ),
                ),
                (
                    "iso3",
                    models.CharField(
                        max_length=3,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("\\A[A-Z]{3}\\Z")],
                        verbose_name="ISO code, three letters",
                    ),
                ),
                ("official_name", models.CharField(blank=True, max_length=200, verbose_name="official name")),
            ],
            options={
                "verbose_name": "country",
                "verbose_name_plural": "countries",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("iso2__regex", "^[A-Z]{2}$")), name="country_iso2_form"),
                    models.CheckConstraint(condition=models.Q(("iso3__regex", "^[A-Z]{3}$")), name="country_iso3_form"),
                ],
            },
        ),
        migrations.CreateModel(
            name="City",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("city", "city"), ("town", "town"), ("site", "site")],
                        default="city",
                        max_length=4,
                        verbose_name="kind",
                    ),
                ),
                (
                    "latitude",
                    models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="latitude"),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="longitude"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "country",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cities",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
            ],
            options={
                "verbose_name": "city",
                "verbose_name_plural": "cities",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["city", "town", "site"])),
                        name="city_kind_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                            models.Q(
                                ("latitude__isnull", False),
                                ("longitude__isnull", False),
                                ("latitude__range", (-90, 90)),
                                ("longitude__range", (-180, 180)),
                            ),
                            _connector="OR",
                        ),
                        name="city_coordinates",
                        violation_error_message="Give both coordinates, in degrees, or none.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                (
                    "date",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="date",
                    ),
                ),
                (
                    "date_earliest",
                    models.DateField(db_index=True, editable=False, null=True, verbose_name="earliest day"),
                ),
                ("date_latest", models.DateField(db_index=True, editable=False, null=True, verbose_name="latest day")),
                (
                    "date_basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("printed", "printed"),
                            ("dateline", "dateline"),
                            ("text", "text"),
                            ("inferred", "inferred"),
                            ("looked-up", "looked up"),
                            ("corrected", "corrected"),
                        ],
                        max_length=9,
                        verbose_name="basis of the date",
                    ),
                ),
                (
                    "date_note",
                    models.TextField(
                        blank=True,
                        help_text="Why, where the date is inferred, looked up or corrected.",
                        verbose_name="note on the date",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in-review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "first_public_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first public"),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn")),
                (
                    "withdrawal_reason",
                    models.TextField(blank=True, editable=False, verbose_name="reason of the withdrawal"),
                ),
                ("headline", models.CharField(max_length=300, verbose_name="headline")),
                (
                    "headline_supplied",
                    models.BooleanField(
                        default=False,
                        help_text="The source has no headline; this one is ours.",
                        verbose_name="headline supplied",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("news", "news"),
                            ("video", "video"),
                            ("photo", "photo"),
                            ("analysis", "analysis"),
                            ("interview", "interview"),
                            ("statement", "statement"),
                        ],
                        default="news",
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        default="en", help_text="BCP 47 tag, e.g. en, ru, zh.", max_length=10, verbose_name="language"
                    ),
                ),
                (
                    "dateline",
                    models.CharField(blank=True, help_text="As printed.", max_length=200, verbose_name="dateline"),
                ),
                (
                    "printed_date",
                    models.CharField(blank=True, help_text="As printed.", max_length=100, verbose_name="printed date"),
                ),
                ("url", models.URLField(blank=True, max_length=1000, verbose_name="address")),
                ("abstract", models.TextField(blank=True, help_text="In our own words.", verbose_name="abstract")),
                ("body", models.TextField(blank=True, verbose_name="captured text")),
                ("text_sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the source text")),
                (
                    "rights",
                    models.CharField(
                        choices=[("open", "open"), ("restricted", "restricted")],
                        default="restricted",
                        max_length=10,
                        verbose_name="rights",
                    ),
                ),
                (
                    "source_position",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="position in the source document",
                    ),
                ),
                (
                    "dateline_city",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="datelined_articles",
                        to="archive.city",
                        verbose_name="dateline city",
                    ),
                ),
                (
                    "countries",
                    models.ManyToManyField(
                        blank=True, related_name="articles", to="archive.country", verbose_name="countries"
                    ),
                ),
            ],
            options={
                "verbose_name": "article",
                "verbose_name_plural": "articles",
                "ordering": ["-date_earliest", "slug"],
                "permissions": [("publish_article", "Can publish article")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("date", ""),
                                ("date_basis", ""),
                                ("date_earliest__isnull", True),
                                ("date_latest__isnull", True),
                            ),
                            models.Q(
                                models.Q(("date", ""), _negated=True),
                                models.Q(("date_basis", ""), _negated=True),
                                ("date_earliest__isnull", False),
                                ("date_earliest__lte", models.F("date_latest")),
                                ("date_latest__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="article_date_whole",
                        violation_error_message="A date needs a basis; a record without a date has none.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("date_basis__in", ["inferred", "looked-up", "corrected"]), _negated=True),
                            models.Q(("date_note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="article_date_explained",
                        violation_error_message="A date that is inferred, looked up or corrected needs a note that says why.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "date_basis__in",
                                ["printed", "dateline", "text", "inferred", "looked-up", "corrected", ""],
                            )
                        ),
                        name="article_date_basis_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "in-review", "published", "withdrawn"])),
                        name="article_status_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_public_at__isnull", True), ("status__in", ["draft", "in-review"])),
                            models.Q(("first_public_at__isnull", False), ("status__in", ["published", "withdrawn"])),
                            _connector="OR",
                        ),
                        name="article_public_once",
                        violation_error_message="What was once public can be withdrawn, but is never a draft again.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status", "withdrawn"),
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawal_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "withdrawn"), _negated=True),
                                ("withdrawal_reason", ""),
                                ("withdrawn_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="article_withdrawal_explained",
                        violation_error_message="A withdrawal needs its reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["news", "video", "photo", "analysis", "interview", "statement"])
                        ),
                        name="article_kind_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rights__in", ["open", "restricted"])),
                        name="article_rights_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("text_sha256", ""), ("text_sha256__regex", "^[0-9a-f]{64}$"), _connector="OR"
                        ),
                        name="article_sha256_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("member", "member"),
                            ("observer", "observer"),
                            ("partner", "partner"),
                            ("guest", "guest"),
                            ("party", "party"),
                            ("announced-only", "announced only"),
                        ],
                        default="member",
                        max_length=14,
                        verbose_name="capacity",
                    ),
                ),
                (
                    "country",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "delegation",
                "verbose_name_plural": "delegations",
                "ordering": ["event", "country__name"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_article__isnull", False), models.Q(("source", ""), _negated=True), _connector="OR"
                        ),
                        name="delegation_has_source",
                        violation_error_message="Every statement needs a source: an article or an address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="delegation_confidence_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("capacity__in", ["member", "observer", "partner", "guest", "party", "announced-only"])
                        ),
                        name="delegation_capacity_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                (
                    "date",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="date",
                    ),
                ),
                (
                    "date_earliest",
                    models.DateField(db_index=True, editable=False, null=True, verbose_name="earliest day"),
                ),
                ("date_latest", models.DateField(db_index=True, editable=False, null=True, verbose_name="latest day")),
                (
                    "date_basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("printed", "printed"),
                            ("dateline", "dateline"),
                            ("text", "text"),
                            ("inferred", "inferred"),
                            ("looked-up", "looked up"),
                            ("corrected", "corrected"),
                        ],
                        max_length=9,
                        verbose_name="basis of the date",
                    ),
                ),
                (
                    "date_note",
                    models.TextField(
                        blank=True,
                        help_text="Why, where the date is inferred, looked up or corrected.",
                        verbose_name="note on the date",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in-review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "first_public_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first public"),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn")),
                (
                    "withdrawal_reason",
                    models.TextField(blank=True, editable=False, verbose_name="reason of the withdrawal"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("summit", "summit"),
                            ("ministerial-meeting", "ministerial meeting"),
                            ("council-session", "council session"),
                            ("staff-talks", "staff talks"),
                            ("bilateral-meeting", "bilateral meeting"),
                            ("reception", "reception"),
                            ("exercise", "exercise"),
                            ("operation", "operation"),
                            ("forum", "forum"),
                            ("conference", "conference"),
                            ("signing", "signing"),
                            ("briefing", "briefing"),
                            ("ceremony", "ceremony"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "ordinal",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Its number in the series.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="ordinal",
                    ),
                ),
                (
                    "ordinal_basis",
                    models.CharField(
                        blank=True,
                        choices=[("stated", "stated"), ("inferred", "inferred")],
                        max_length=8,
                        verbose_name="basis of the ordinal",
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        help_text="In words, for bases, seas, borders and buildings.",
                        max_length=200,
                        verbose_name="place",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("in-person", "in person"),
                            ("video", "by video"),
                            ("hybrid", "hybrid"),
                            ("unknown", "not stated"),
                        ],
                        default="unknown",
                        max_length=9,
                        verbose_name="format",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "held"),
                            ("planned", "planned"),
                            ("announced", "announced, outcome not known"),
                            ("cancelled", "cancelled"),
                        ],
                        default="held",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                (
                    "city",
                    models.ForeignKey(
                        blank=True,
                        help_text="None for a video meeting: it is listed under its host country.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="archive.city",
                        verbose_name="host city",
                    ),
                ),
                (
                    "countries",
                    models.ManyToManyField(
                        related_name="events",
                        through="archive.Delegation",
                        to="archive.country",
                        verbose_name="countries",
                    ),
                ),
                (
                    "host_countries",
                    models.ManyToManyField(
                        blank=True, related_name="hosted_events", to="archive.country", verbose_name="host countries"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        help_text="The event on whose sidelines or in whose course it took place.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="archive.event",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["-date_earliest", "slug"],
                "permissions": [("publish_event", "Can publish event")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("date", ""),
                                ("date_basis", ""),
                                ("date_earliest__isnull", True),
                                ("date_latest__isnull", True),
                            ),
                            models.Q(
                                models.Q(("date", ""), _negated=True),
                                models.Q(("date_basis", ""), _negated=True),
                                ("date_earliest__isnull", False),
                                ("date_earliest__lte", models.F("date_latest")),
                                ("date_latest__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="event_date_whole",
                        violation_error_message="A date needs a basis; a record without a date has none.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("date_basis__in", ["inferred", "looked-up", "corrected"]), _negated=True),
                            models.Q(("date_note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="event_date_explained",
                        violation_error_message="A date that is inferred, looked up or corrected needs a note that says why.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "date_basis__in",
                                ["printed", "dateline", "text", "inferred", "looked-up", "corrected", ""],
                            )
                        ),
                        name="event_date_basis_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "in-review", "published", "withdrawn"])),
                        name="event_status_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_public_at__isnull", True), ("status__in", ["draft", "in-review"])),
                            models.Q(("first_public_at__isnull", False), ("status__in", ["published", "withdrawn"])),
                            _connector="OR",
                        ),
                        name="event_public_once",
                        violation_error_message="What was once public can be withdrawn, but is never a draft again.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status", "withdrawn"),
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawal_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "withdrawn"), _negated=True),
                                ("withdrawal_reason", ""),
                                ("withdrawn_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="event_withdrawal_explained",
                        violation_error_message="A withdrawal needs its reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "summit",
                                    "ministerial-meeting",
                                    "council-session",
                                    "staff-talks",
                                    "bilateral-meeting",
                                    "reception",
                                    "exercise",
                                    "operation",
                                    "forum",
                                    "conference",
                                    "signing",
                                    "briefing",
                                    "ceremony",
                                ],
                            )
                        ),
                        name="event_kind_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["in-person", "video", "hybrid", "unknown"])),
                        name="event_format_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["held", "planned", "announced", "cancelled"])),
                        name="event_state_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ordinal_basis__in", ["stated", "inferred", ""])),
                        name="event_ordinal_basis_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("format", "video"), _negated=True), ("city__isnull", True), _connector="OR"
                        ),
                        name="event_video_without_city",
                        violation_error_message="A video meeting has a host country, but no host city.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="event_not_its_own_parent",
                        violation_error_message="An event can't be part of itself.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="delegation",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="delegations",
                to="archive.event",
                verbose_name="event",
            ),
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "relation",
                    models.CharField(
                        choices=[("reports", "reports"), ("previews", "previews"), ("mentions", "mentions")],
                        default="reports",
                        max_length=8,
                        verbose_name="relation",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverages",
                        to="archive.article",
                        verbose_name="article",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverages",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
            ],
            options={
                "verbose_name": "coverage",
                "verbose_name_plural": "coverage",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("relation__in", ["reports", "previews", "mentions"])),
                        name="coverage_relation_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.UniqueConstraint(
                        fields=("article", "event"),
                        name="coverage_once",
                        violation_error_message="The article covers that event already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountryStatus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("shanghai-five-participant", "Shanghai Five participant"),
                            ("founding-member", "founding member"),
                            ("member", "member"),
                            ("observer", "observer"),
                            ("dialogue-partner", "dialogue partner"),
                            ("sco-partner", "SCO partner"),
                            ("procedure-opened", "accession procedure opened"),
                            ("memorandum-signed", "memorandum of obligations signed"),
                        ],
                        max_length=25,
                        verbose_name="status",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("status", "status"), ("step", "step")],
                        default="status",
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                (
                    "start",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="from",
                    ),
                ),
                (
                    "end",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="Empty: no end known.",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="to",
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="basis")),
                (
                    "country",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sco_status",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_changes",
                        to="archive.event",
                        verbose_name="decided at",
                    ),
                ),
            ],
            options={
                "verbose_name": "status in the SCO",
                "verbose_name_plural": "statuses in the SCO",
                "ordering": ["country", "start"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_article__isnull", False), models.Q(("source", ""), _negated=True), _connector="OR"
                        ),
                        name="countrystatus_has_source",
                        violation_error_message="Every statement needs a source: an article or an address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="countrystatus_confidence_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "shanghai-five-participant",
                                    "founding-member",
                                    "member",
                                    "observer",
                                    "dialogue-partner",
                                    "sco-partner",
                                    "procedure-opened",
                                    "memorandum-signed",
                                ],
                            )
                        ),
                        name="countrystatus_status_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["status", "step"])),
                        name="countrystatus_kind_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.UniqueConstraint(fields=("country", "status", "start"), name="countrystatus_once"),
                    models.CheckConstraint(
                        condition=models.Q(("start", ""), _negated=True),
                        name="countrystatus_has_start",
                        violation_error_message="Say from when.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="events",
            field=models.ManyToManyField(
                related_name="articles", through="archive.Coverage", to="archive.event", verbose_name="events"
            ),
        ),
        migrations.CreateModel(
            name="EventSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("body", "body"),
                            ("exercise", "exercise series"),
                            ("forum", "forum"),
                            ("other", "other"),
                        ],
                        default="body",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("abbreviation", models.CharField(blank=True, max_length=20, verbose_name="abbreviation")),
                ("description", models.TextField(blank=True, verbose_name="description")),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["body", "exercise", "forum", "other"])),
                        name="eventseries_kind_allowed",
                        violation_error_message="That is not one of the choices.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="event",
            name="series",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="archive.eventseries",
                verbose_name="series",
            ),
        ),
        migrations.CreateModel(
            name="EventSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "supports",
                    models.CharField(
                        help_text="Which facts, e.g. “day and place”.", max_length=200, verbose_name="supports"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "source of an event",
                "verbose_name_plural": "sources of an event",
                "ordering": ["event", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_article__isnull", False), models.Q(("source", ""), _negated=True), _connector="OR"
                        ),
                        name="eventsource_has_source",
                        violation_error_message="Every statement needs a source: an article or an address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="eventsource_confidence_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.UniqueConstraint(fields=("event", "supports", "source"), name="eventsource_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("label", models.CharField(max_length=100, verbose_name="label")),
                ("text", models.CharField(max_length=200, verbose_name="as stated")),
                (
                    "number",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="number"),
                ),
                ("unit", models.CharField(blank=True, max_length=50, verbose_name="unit")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figures",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "figure",
                "verbose_name_plural": "figures",
                "ordering": ["event", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_article__isnull", False), models.Q(("source", ""), _negated=True), _connector="OR"
                        ),
                        name="figure_has_source",
                        violation_error_message="Every statement needs a source: an article or an address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="figure_confidence_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.UniqueConstraint(fields=("event", "label", "text"), name="figure_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalArticle",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        db_index=True,
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                (
                    "date",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="date",
                    ),
                ),
                (
                    "date_earliest",
                    models.DateField(db_index=True, editable=False, null=True, verbose_name="earliest day"),
                ),
                ("date_latest", models.DateField(db_index=True, editable=False, null=True, verbose_name="latest day")),
                (
                    "date_basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("printed", "printed"),
                            ("dateline", "dateline"),
                            ("text", "text"),
                            ("inferred", "inferred"),
                            ("looked-up", "looked up"),
                            ("corrected", "corrected"),
                        ],
                        max_length=9,
                        verbose_name="basis of the date",
                    ),
                ),
                (
                    "date_note",
                    models.TextField(
                        blank=True,
                        help_text="Why, where the date is inferred, looked up or corrected.",
                        verbose_name="note on the date",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in-review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "first_public_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first public"),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn")),
                (
                    "withdrawal_reason",
                    models.TextField(blank=True, editable=False, verbose_name="reason of the withdrawal"),
                ),
                ("headline", models.CharField(max_length=300, verbose_name="headline")),
                (
                    "headline_supplied",
                    models.BooleanField(
                        default=False,
                        help_text="The source has no headline; this one is ours.",
                        verbose_name="headline supplied",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("news", "news"),
                            ("video", "video"),
                            ("photo", "photo"),
                            ("analysis", "analysis"),
                            ("interview", "interview"),
                            ("statement", "statement"),
                        ],
                        default="news",
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        default="en", help_text="BCP 47 tag, e.g. en, ru, zh.", max_length=10, verbose_name="language"
                    ),
                ),
                (
                    "dateline",
                    models.CharField(blank=True, help_text="As printed.", max_length=200, verbose_name="dateline"),
                ),
                (
                    "printed_date",
                    models.CharField(blank=True, help_text="As printed.", max_length=100, verbose_name="printed date"),
                ),
                ("url", models.URLField(blank=True, max_length=1000, verbose_name="address")),
                ("abstract", models.TextField(blank=True, help_text="In our own words.", verbose_name="abstract")),
                ("body", models.TextField(blank=True, verbose_name="captured text")),
                ("text_sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the source text")),
                (
                    "rights",
                    models.CharField(
                        choices=[("open", "open"), ("restricted", "restricted")],
                        default="restricted",
                        max_length=10,
                        verbose_name="rights",
                    ),
                ),
                (
                    "source_position",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="position in the source document",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "dateline_city",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.city",
                        verbose_name="dateline city",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical article",
                "verbose_name_plural": "historical articles",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalArticle_countries",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                    ),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.country",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="archive.historicalarticle",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalArticle_countries",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCity",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        db_index=True,
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("city", "city"), ("town", "town"), ("site", "site")],
                        default="city",
                        max_length=4,
                        verbose_name="kind",
                    ),
                ),
                (
                    "latitude",
                    models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="latitude"),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="longitude"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical city",
                "verbose_name_plural": "historical cities",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCountry",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "iso2",
                    models.CharField(
                        db_index=True,
                        max_length=2,
                        validators=[django.core.validators.RegexValidator("\\A[A-Z]{2}\\Z")],
                        verbose_name="ISO code, two letters",
                    ),
                ),
                (
                    "iso3",
                    models.CharField(
                        db_index=True,
                        max_length=3,
                        validators=[django.core.validators.RegexValidator("\\A[A-Z]{3}\\Z")],
                        verbose_name="ISO code, three letters",
                    ),
                ),
                ("official_name", models.CharField(blank=True, max_length=200, verbose_name="official name")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical country",
                "verbose_name_plural": "historical countries",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCountryStatus",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("shanghai-five-participant", "Shanghai Five participant"),
                            ("founding-member", "founding member"),
                            ("member", "member"),
                            ("observer", "observer"),
                            ("dialogue-partner", "dialogue partner"),
                            ("sco-partner", "SCO partner"),
                            ("procedure-opened", "accession procedure opened"),
                            ("memorandum-signed", "memorandum of obligations signed"),
                        ],
                        max_length=25,
                        verbose_name="status",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("status", "status"), ("step", "step")],
                        default="status",
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                (
                    "start",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="from",
                    ),
                ),
                (
                    "end",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="Empty: no end known.",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="to",
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="basis")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                        verbose_name="decided at",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical status in the SCO",
                "verbose_name_plural": "historical statuses in the SCO",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCoverage",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "relation",
                    models.CharField(
                        choices=[("reports", "reports"), ("previews", "previews"), ("mentions", "mentions")],
                        default="reports",
                        max_length=8,
                        verbose_name="relation",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                        verbose_name="article",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical coverage",
                "verbose_name_plural": "historical coverage",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDelegation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("member", "member"),
                            ("observer", "observer"),
                            ("partner", "partner"),
                            ("guest", "guest"),
                            ("party", "party"),
                            ("announced-only", "announced only"),
                        ],
                        default="member",
                        max_length=14,
                        verbose_name="capacity",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical delegation",
                "verbose_name_plural": "historical delegations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalEvent",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        db_index=True,
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                (
                    "date",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="date",
                    ),
                ),
                (
                    "date_earliest",
                    models.DateField(db_index=True, editable=False, null=True, verbose_name="earliest day"),
                ),
                ("date_latest", models.DateField(db_index=True, editable=False, null=True, verbose_name="latest day")),
                (
                    "date_basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("printed", "printed"),
                            ("dateline", "dateline"),
                            ("text", "text"),
                            ("inferred", "inferred"),
                            ("looked-up", "looked up"),
                            ("corrected", "corrected"),
                        ],
                        max_length=9,
                        verbose_name="basis of the date",
                    ),
                ),
                (
                    "date_note",
                    models.TextField(
                        blank=True,
                        help_text="Why, where the date is inferred, looked up or corrected.",
                        verbose_name="note on the date",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in-review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "first_public_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first public"),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn")),
                (
                    "withdrawal_reason",
                    models.TextField(blank=True, editable=False, verbose_name="reason of the withdrawal"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("summit", "summit"),
                            ("ministerial-meeting", "ministerial meeting"),
                            ("council-session", "council session"),
                            ("staff-talks", "staff talks"),
                            ("bilateral-meeting", "bilateral meeting"),
                            ("reception", "reception"),
                            ("exercise", "exercise"),
                            ("operation", "operation"),
                            ("forum", "forum"),
                            ("conference", "conference"),
                            ("signing", "signing"),
                            ("briefing", "briefing"),
                            ("ceremony", "ceremony"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "ordinal",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Its number in the series.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="ordinal",
                    ),
                ),
                (
                    "ordinal_basis",
                    models.CharField(
                        blank=True,
                        choices=[("stated", "stated"), ("inferred", "inferred")],
                        max_length=8,
                        verbose_name="basis of the ordinal",
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        help_text="In words, for bases, seas, borders and buildings.",
                        max_length=200,
                        verbose_name="place",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("in-person", "in person"),
                            ("video", "by video"),
                            ("hybrid", "hybrid"),
                            ("unknown", "not stated"),
                        ],
                        default="unknown",
                        max_length=9,
                        verbose_name="format",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "held"),
                            ("planned", "planned"),
                            ("announced", "announced, outcome not known"),
                            ("cancelled", "cancelled"),
                        ],
                        default="held",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "city",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="None for a video meeting: it is listed under its host country.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.city",
                        verbose_name="host city",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The event on whose sidelines or in whose course it took place.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                        verbose_name="part of",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.eventseries",
                        verbose_name="series",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical event",
                "verbose_name_plural": "historical events",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalEvent_host_countries",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.country",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="archive.historicalevent",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalEvent_host_countries",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalEventSeries",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        db_index=True,
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("body", "body"),
                            ("exercise", "exercise series"),
                            ("forum", "forum"),
                            ("other", "other"),
                        ],
                        default="body",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("abbreviation", models.CharField(blank=True, max_length=20, verbose_name="abbreviation")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical series",
                "verbose_name_plural": "historical series",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalEventSource",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "supports",
                    models.CharField(
                        help_text="Which facts, e.g. “day and place”.", max_length=200, verbose_name="supports"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical source of an event",
                "verbose_name_plural": "historical sources of an event",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFigure",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("label", models.CharField(max_length=100, verbose_name="label")),
                ("text", models.CharField(max_length=200, verbose_name="as stated")),
                (
                    "number",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="number"),
                ),
                ("unit", models.CharField(blank=True, max_length=50, verbose_name="unit")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical figure",
                "verbose_name_plural": "historical figures",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalParticipant",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        db_index=True,
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in-review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "first_public_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first public"),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn")),
                (
                    "withdrawal_reason",
                    models.TextField(blank=True, editable=False, verbose_name="reason of the withdrawal"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "person"), ("organisation", "organisation")],
                        default="person",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical participant",
                "verbose_name_plural": "historical participants",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReading",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("field", models.CharField(max_length=50, verbose_name="field")),
                ("value", models.CharField(max_length=300, verbose_name="value")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical reading",
                "verbose_name_plural": "historical readings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSourceDocument",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(db_index=True, max_length=200, verbose_name="name")),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("item", "single item"),
                            ("digest", "digest page"),
                            ("feed", "feed"),
                            ("capture", "web capture"),
                        ],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="SHA-256")),
                ("address", models.URLField(blank=True, max_length=1000, verbose_name="address")),
                ("captured_at", models.DateTimeField(blank=True, null=True, verbose_name="captured")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical source document",
                "verbose_name_plural": "historical source documents",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Office",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "start",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="from",
                    ),
                ),
                (
                    "end",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="to",
                    ),
                ),
                (
                    "term",
                    models.CharField(
                        blank=True,
                        help_text="In words, where the days are not known.",
                        max_length=200,
                        verbose_name="term as stated",
                    ),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offices",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "office",
                "verbose_name_plural": "offices",
                "ordering": ["participant", "start", "title"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_article__isnull", False), models.Q(("source", ""), _negated=True), _connector="OR"
                        ),
                        name="office_has_source",
                        violation_error_message="Every statement needs a source: an article or an address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="office_confidence_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("chair", "chair"),
                            ("host", "host"),
                            ("attendee", "attendee"),
                            ("speaker", "speaker"),
                            ("signatory", "signatory"),
                            ("party", "party"),
                        ],
                        default="attendee",
                        max_length=9,
                        verbose_name="capacity",
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="archive.office",
                        verbose_name="office at the time",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance",
                "verbose_name_plural": "attendances",
                "ordering": ["event", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_article__isnull", False), models.Q(("source", ""), _negated=True), _connector="OR"
                        ),
                        name="attendance_has_source",
                        violation_error_message="Every statement needs a source: an article or an address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="attendance_confidence_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("capacity__in", ["chair", "host", "attendee", "speaker", "signatory", "party"])
                        ),
                        name="attendance_capacity_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in-review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "first_public_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first public"),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn")),
                (
                    "withdrawal_reason",
                    models.TextField(blank=True, editable=False, verbose_name="reason of the withdrawal"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "person"), ("organisation", "organisation")],
                        default="person",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participants",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
            ],
            options={
                "verbose_name": "participant",
                "verbose_name_plural": "participants",
                "ordering": ["name"],
                "permissions": [("publish_participant", "Can publish participant")],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "in-review", "published", "withdrawn"])),
                        name="participant_status_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_public_at__isnull", True), ("status__in", ["draft", "in-review"])),
                            models.Q(("first_public_at__isnull", False), ("status__in", ["published", "withdrawn"])),
                            _connector="OR",
                        ),
                        name="participant_public_once",
                        violation_error_message="What was once public can be withdrawn, but is never a draft again.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status", "withdrawn"),
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawal_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "withdrawn"), _negated=True),
                                ("withdrawal_reason", ""),
                                ("withdrawn_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="participant_withdrawal_explained",
                        violation_error_message="A withdrawal needs its reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "organisation"])),
                        name="participant_kind_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="office",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                limit_choices_to={"kind": "organisation"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="officers",
                to="archive.participant",
                verbose_name="organisation",
            ),
        ),
        migrations.AddField(
            model_name="office",
            name="participant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offices",
                to="archive.participant",
                verbose_name="participant",
            ),
        ),
        migrations.CreateModel(
            name="HistoricalPublisher",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        db_index=True,
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agency", "news agency"),
                            ("newspaper", "newspaper"),
                            ("broadcaster", "broadcaster"),
                            ("website", "website"),
                            ("institution", "institution"),
                        ],
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The same body as a participant, where it also takes part in events.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.participant",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical publisher",
                "verbose_name_plural": "historical publishers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalOffice",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "start",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="from",
                    ),
                ),
                (
                    "end",
                    archive.dates.EDTFField(
                        blank=True,
                        help_text="A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), or “some day between” ([2016-01-16..2016-01-27]).",
                        max_length=40,
                        validators=[archive.dates.validate_edtf],
                        verbose_name="to",
                    ),
                ),
                (
                    "term",
                    models.CharField(
                        blank=True,
                        help_text="In words, where the days are not known.",
                        max_length=200,
                        verbose_name="term as stated",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        limit_choices_to={"kind": "organisation"},
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.participant",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.participant",
                        verbose_name="participant",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical office",
                "verbose_name_plural": "historical offices",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAttendance",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("chair", "chair"),
                            ("host", "host"),
                            ("attendee", "attendee"),
                            ("speaker", "speaker"),
                            ("signatory", "signatory"),
                            ("party", "party"),
                        ],
                        default="attendee",
                        max_length=9,
                        verbose_name="capacity",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.office",
                        verbose_name="office at the time",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.participant",
                        verbose_name="participant",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical attendance",
                "verbose_name_plural": "historical attendances",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalArticle_participants",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="archive.historicalarticle",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.participant",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalArticle_participants",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="event",
            name="participants",
            field=models.ManyToManyField(
                related_name="events",
                through="archive.Attendance",
                to="archive.participant",
                verbose_name="participants",
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="participant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attendances",
                to="archive.participant",
                verbose_name="participant",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="participants",
            field=models.ManyToManyField(
                blank=True, related_name="articles", to="archive.participant", verbose_name="participants"
            ),
        ),
        migrations.CreateModel(
            name="Publisher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agency", "news agency"),
                            ("newspaper", "newspaper"),
                            ("broadcaster", "broadcaster"),
                            ("website", "website"),
                            ("institution", "institution"),
                        ],
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publishers",
                        to="archive.country",
                        verbose_name="country",
                    ),
                ),
                (
                    "organisation",
                    models.OneToOneField(
                        blank=True,
                        help_text="The same body as a participant, where it also takes part in events.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="as_publisher",
                        to="archive.participant",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "publisher",
                "verbose_name_plural": "publishers",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["agency", "newspaper", "broadcaster", "website", "institution"])
                        ),
                        name="publisher_kind_allowed",
                        violation_error_message="That is not one of the choices.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="historicalarticle",
            name="agency",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="archive.publisher",
                verbose_name="agency",
            ),
        ),
        migrations.AddField(
            model_name="historicalarticle",
            name="publisher",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="archive.publisher",
                verbose_name="publisher",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="agency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agency_articles",
                to="archive.publisher",
                verbose_name="agency",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="publisher",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="articles",
                to="archive.publisher",
                verbose_name="publisher",
            ),
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.TextField(
                        blank=True, help_text="Address or description of the source.", verbose_name="source"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="high",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("field", models.CharField(max_length=50, verbose_name="field")),
                ("value", models.CharField(max_length=300, verbose_name="value")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="archive.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "source_article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="archive.article",
                        verbose_name="source article",
                    ),
                ),
            ],
            options={
                "verbose_name": "reading",
                "verbose_name_plural": "readings",
                "ordering": ["event", "field", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_article__isnull", False), models.Q(("source", ""), _negated=True), _connector="OR"
                        ),
                        name="reading_has_source",
                        violation_error_message="Every statement needs a source: an article or an address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="reading_confidence_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.UniqueConstraint(fields=("event", "field", "value"), name="reading_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Redirect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_type", models.CharField(max_length=40, verbose_name="record type")),
                ("old_slug", models.CharField(max_length=120, verbose_name="old slug")),
                ("new_slug", models.CharField(blank=True, max_length=120, verbose_name="new slug")),
                ("why", models.TextField(blank=True, verbose_name="why")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="time")),
            ],
            options={
                "verbose_name": "redirect",
                "verbose_name_plural": "redirects",
                "ordering": ["-at"],
                "constraints": [
                    models.UniqueConstraint(fields=("record_type", "old_slug"), name="redirect_once"),
                    models.CheckConstraint(
                        condition=models.Q(("old_slug", models.F("new_slug")), _negated=True), name="redirect_elsewhere"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("new_slug", ""), ("why", ""), _negated=True),
                        name="redirect_gone_explained",
                        violation_error_message="Say why the record is gone.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("item", "single item"),
                            ("digest", "digest page"),
                            ("feed", "feed"),
                            ("capture", "web capture"),
                        ],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
                ("address", models.URLField(blank=True, max_length=1000, verbose_name="address")),
                ("captured_at", models.DateTimeField(blank=True, null=True, verbose_name="captured")),
                ("note", models.TextField(blank=True, verbose_name="note")),
            ],
            options={
                "verbose_name": "source document",
                "verbose_name_plural": "source documents",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["item", "digest", "feed", "capture"])),
                        name="sourcedocument_kind_allowed",
                        violation_error_message="That is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="sourcedocument_sha256_form"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="historicalarticle",
            name="source_document",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="archive.sourcedocument",
                verbose_name="source document",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="source_document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="articles",
                to="archive.sourcedocument",
                verbose_name="source document",
            ),
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                ("definition", models.TextField(verbose_name="definition")),
                (
                    "broader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="narrower",
                        to="archive.topic",
                        verbose_name="broader term",
                    ),
                ),
            ],
            options={
                "verbose_name": "topic",
                "verbose_name_plural": "topics",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("broader__isnull", True),
                            models.Q(("broader", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="topic_not_its_own_broader",
                        violation_error_message="A topic can't be its own broader term.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalTopic",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        db_index=True,
                        help_text="Part of the address; set once. A changed slug redirects from the old address.",
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens only.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="slug",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_ru", models.CharField(blank=True, max_length=200, verbose_name="name in Russian")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                (
                    "variants",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other spellings and names, as a JSON list.",
                        validators=[archive.models.base.validate_variants],
                        verbose_name="variants",
                    ),
                ),
                ("definition", models.TextField(verbose_name="definition")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "broader",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.topic",
                        verbose_name="broader term",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical topic",
                "verbose_name_plural": "historical topics",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalEvent_topics",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.event",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="archive.historicalevent",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalEvent_topics",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalArticle_topics",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.article",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="archive.historicalarticle",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="archive.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalArticle_topics",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="event",
            name="topics",
            field=models.ManyToManyField(blank=True, related_name="events", to="archive.topic", verbose_name="topics"),
        ),
        migrations.AddField(
            model_name="article",
            name="topics",
            field=models.ManyToManyField(
                blank=True, related_name="articles", to="archive.topic", verbose_name="topics"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.UniqueConstraint(fields=("event", "country"), name="delegation_once"),
        ),
        migrations.AddConstraint(
            model_name="office",
            constraint=models.UniqueConstraint(fields=("participant", "title", "start"), name="office_once"),
        ),
        migrations.AddConstraint(
            model_name="office",
            constraint=models.CheckConstraint(
                condition=models.Q(("country__isnull", True), ("organisation__isnull", True), _connector="OR"),
                name="office_of_one",
                violation_error_message="An office belongs to a country or to an organisation, not to both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(fields=("event", "participant", "capacity"), name="attendance_once"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ordinal__isnull", True), ("ordinal_basis", "")),
                    models.Q(
                        ("ordinal__gte", 1),
                        ("ordinal__isnull", False),
                        ("series__isnull", False),
                        models.Q(("ordinal_basis", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="event_ordinal_in_series",
                violation_error_message="An ordinal needs a series and a basis.",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("source_position__isnull", True),
                    models.Q(("source_document__isnull", False), ("source_position__gte", 1)),
                    _connector="OR",
                ),
                name="article_position_in_document",
                violation_error_message="A position counts from 1 and needs its document.",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                fields=("source_document", "source_position"),
                name="article_position_once",
                violation_error_message="Another article stands at that position of the document.",
            ),
        ),
    ]
